import { AssessmentsClient, AssessmentsError, validateCreateAssessment } from "assessments-edge";

const client = new AssessmentsClient({
  baseUrl: import.meta.env.VITE_API_URL,
  token: async () => (await fetch("/session")).text(),
});
const form = document.forms.namedItem("create");
const notice = document.querySelector("[role=alert]");
if (!form || !notice) throw new Error("The page has no form");

const check = () => validateCreateAssessment(new FormData(form), { form: true });

form.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
  const checked = check();
  const issue = checked.ok ? undefined : checked.issues.find(({ loc }) => loc[1] === target.name);
  // The browser shows this beside the input, and does not submit meanwhile.
  target.setCustomValidity(issue?.msg ?? "");
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const checked = check();
  if (!checked.ok) {
    notice.textContent = checked.issues.map(({ loc, msg }) => `${loc[1]}: ${msg}`).join("; ");
    return;
  }
  try {
    const created = await client.create(checked.value);
    notice.textContent = `Created: ${created.name}`;
  } catch (error) {
    if (!(error instanceof AssessmentsError)) throw error;
    notice.textContent = error.message;
  }
});
