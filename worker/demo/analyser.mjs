// The analyser of the demo, which `cargo xtask dev` starts: what a customer's
// own would be. It checks the signature of what it is asked, and answers a
// score and findings that depend on the assessment alone.
//
// node analyser.mjs PORT SECRET...

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

/** Each customer has a secret of its own. */
const [port, ...secrets] = process.argv.slice(2);
/** Analysing takes a while. */
const WORK_MS = 1_500;
const FINDINGS = [
  "Encryption at rest is not described for backups",
  "No evidence of an annual access review",
  "The penetration test is older than a year",
  "Subprocessors are not listed with their locations",
];

function isSigned(body, signature = "") {
  return secrets.some((secret) => {
    const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const [a, b] = [expected, signature].map((text) => createHash("sha256").update(text).digest());
    return timingSafeEqual(a, b);
  });
}

function analyse({ input, workflow_run_id: run }) {
  const [first, second] = createHash("sha256").update(input.assessment_id).digest();
  return {
    score_percent: 0.5 + (first % 46) / 100,
    findings: FINDINGS.slice(0, 1 + (second % FINDINGS.length)).map((title) => ({ title })),
    artifacts: [{ artifact_type: "report", id: `report-of-${run}`, role: "output" }],
  };
}

const server = createServer(async (request, response) => {
  const chunks = await request.toArray().catch(() => undefined);
  // The connection broke off.
  if (!chunks) return undefined;
  const body = Buffer.concat(chunks);
  const answer = (status, json) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(json));
  };
  if (request.method !== "POST") return answer(405, { error: "POST only" });
  if (!isSigned(body, request.headers["coverbase-signature"])) {
    return answer(401, { error: "the signature is not that of this body" });
  }
  return setTimeout(() => answer(200, analyse(JSON.parse(body))), WORK_MS);
});
server.listen(Number(port), "127.0.0.1");
