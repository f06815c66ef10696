// Answers what workflow runs ask: an analyser of the team's own.

import { createServer } from "node:http";
import {
  SIGNATURE_HEADER,
  WebhookError,
  checkAnalysis,
  questionKey,
  readQuestion,
} from "assessments-edge/webhook";

const { SIGNING_SECRET, SIGNING_SECRET_BEFORE, PORT } = process.env;
if (!SIGNING_SECRET) throw new Error("SIGNING_SECRET is not set");
// While a secret is replaced, runs that began before go on signing with the one before.
const secrets = [SIGNING_SECRET, SIGNING_SECRET_BEFORE].filter(Boolean);

/** More bytes than any question has. */
const MAX_BYTES = 65_536;
/** Answers that are kept for further attempts. */
const MAX_KEPT = 1_000;
/** What is being found out or is known, by the key of its question. */
const analyses = new Map();

/** Your own code belongs here: what is found in the assessment of a question. */
async function analyse({ input, workflow_run_id: run }) {
  return {
    status: "review_evals",
    score_percent: 0.64,
    findings: [{ title: `No evidence of an annual access review of ${input.vendor_id}` }],
    artifacts: [{ artifact_type: "report", id: `report-of-${run}`, role: "output" }],
  };
}

/** Every attempt of a step gets the one answer. */
function analysisOf(question) {
  const key = questionKey(question);
  if (!analyses.has(key)) {
    const analysis = analyse(question);
    analyses.set(key, analysis);
    // What failed may go better at the next attempt.
    analysis.catch(() => analyses.delete(key));
    if (analyses.size > MAX_KEPT) analyses.delete(analyses.keys().next().value);
  }
  return analyses.get(key);
}

async function answer(request) {
  if (request.method !== "POST") return [405];
  const body = await read(request);
  if (!body) return [413];
  const question = await readQuestion(body, request.headers[SIGNATURE_HEADER], secrets);
  const analysis = await analysisOf(question);
  // What the API would not take is a bug here: better that you hear of it than that the run fails.
  const checked = checkAnalysis(analysis);
  if (!checked.ok) throw new Error(`the analysis is none: ${checked.message}`);
  return [200, analysis];
}

/** The body as it came: what was parsed and written again would have another signature. */
async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => {
    if (error instanceof WebhookError) return [error.status];
    console.error(error.message);
    // Which is tried again.
    return [500];
  });
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body ?? {}));
});
server.listen(Number(PORT ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
