// What every project does with the package, so that every runtime and bundler
// is held to the same outcome (EXPECTED in ../../projects.mjs). Each project
// imports the package in its own way and hands over what it imported.

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const SERVICE = "cbsvc_61e37ff4d9e534d6009b8810cbda280a";

export async function useIt(imported, baseUrl) {
  const { AssessmentsClient, AssessmentsError, IdError, parseId, validateCreateAssessment } = imported;
  const body = { vendor_id: VENDOR, control_set_ids: [], name: "Q2 ☕" };
  const client = new AssessmentsClient({ baseUrl, token: async () => "session-token" });
  const created = await client.withResponse.create(body, { idempotencyKey: "ticket-7" });
  return {
    good: validateCreateAssessment(body),
    malformed: validateCreateAssessment({ vendor_id: SERVICE, control_set_ids: ["x"] }),
    untyped: validateCreateAssessment({ vendor_id: 7 }),
    parsed: parseId(VENDOR, "vendor"),
    refused: refusal(),
    created: { status: created.status, attempts: created.attempts, id: created.data.id },
    retrieved: await client.retrieve(created.data.id),
  };

  function refusal() {
    try {
      return parseId(SERVICE, "vendor");
    } catch (error) {
      const isOurs = error instanceof IdError && error instanceof AssessmentsError;
      const { name, message, code, offset, expected, actual } = error;
      return { isOurs, name, message, code, offset, expected, actual };
    }
  }
}
