// The workflows of the demo's year. Those with a call ask the analyser of the demo.

import { idOf } from "./chance.mjs";

const ANALYSER = "http://127.0.0.1:8788/analyse";
const SIGNING_SECRET = "demo-signing-secret-of-lantern-mutual";
export const DAY = 24 * 60 * 60;

const begin = ["Begin", "begin_assessment"];
const move = (name, status) => [name, "update_assessment", { status }];
const wait = (name, seconds) => [name, "wait", { seconds }];
const call = (more = {}) => ["Ask the analyser", "call", { url: ANALYSER, ...more }];
const event = (name, awaited, days, more = {}) => [
  name,
  "wait_for_event",
  { event: awaited, timeout_seconds: days * DAY, ...more },
];
const close = ["Close", "complete_assessment"];
const goOn = { on_timeout: "continue" };

const collect = move("Collect documents", "collecting_documents");
const documents = event("Wait for the vendor's documents", "documents-received", 45, goOn);
const index = move("Index documents", "indexing_supporting_documents");
const analyse = move("Analyze the questionnaire", "analyzing_questionnaire");
const handOver = move("Hand over for review", "review_evals");
const review = (days, more) => event("Wait for the review", "review-approved", days, more);

const STEPS = {
  annual: [
    begin,
    collect,
    wait("Fetch what is on file", 2),
    index,
    wait("Let the index settle", 2),
    analyse,
    call(),
    handOver,
    review(60),
    close,
  ],
  onboarding: [
    begin,
    collect,
    documents,
    index,
    wait("Let the index settle", 2),
    analyse,
    call({ retries: 2, on_failure: "continue" }),
    handOver,
    review(60),
    close,
  ],
  full: [
    begin,
    collect,
    documents,
    index,
    event("Wait for the document index", "documents-indexed", 45, goOn),
    analyse,
    call({ on_failure: "continue" }),
    event("Wait for the specialist's report", "report-received", 45, { applies_report: true }),
    handOver,
    review(60),
    event("Wait for the risk committee", "committee-approved", 90),
    close,
  ],
  incident: [begin, analyse, call(), handOver, review(60, goOn), close],
};

const NAMES = {
  annual: "Annual reassessment",
  onboarding: "New vendor onboarding",
  full: "Full assessment",
  incident: "Incident review",
  renewal: "Contract renewal check",
  retired: "Questionnaire 2023",
};

/** The workflows by what they are for; `renewal` is executed elsewhere, `retired` no longer. */
export const WORKFLOWS = Object.fromEntries(
  Object.entries(NAMES).map(([key, name]) => {
    const steps = STEPS[key]?.map(([stepName, action_type, parameters], position) => ({
      id: idOf("cbwc", `${key} ${position}`),
      name: stepName,
      action_type,
      ...(parameters && { parameters }),
    }));
    const workflow = {
      id: idOf("cbwd", key),
      name,
      kind: key === "renewal" ? "event_driven" : "direct",
      enabled: key !== "retired",
      archived: key === "retired",
      ...(steps && { steps, signing_secret: SIGNING_SECRET }),
    };
    return [key, workflow];
  }),
);
