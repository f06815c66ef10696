// What the tests of every runner do with a client: the same must come of it.

exports.calls = async ({ AssessmentsClient, ApiError }, api, options = {}) => {
  const client = new AssessmentsClient({ baseUrl: api.baseUrl, token: "a-session", maxRetries: 0, ...options });
  const body = { vendor_id: `cbvndr_${"1".repeat(32)}`, control_set_ids: [] };
  const created = await client.create(body);
  const read = await client.retrieve(created.id);
  api.failNext("assessment_not_found");
  const missing = await client.retrieve(created.id).catch((error) => error);
  api.failNext("connection");
  const lost = await client.retrieve(created.id).catch((error) => error);
  const archived = await client.archive(created.id);
  return [
    created.status,
    read.name.replace(/^\d+/, "year"),
    missing instanceof ApiError && missing.code,
    lost.name,
    archived.status,
    api.requests.length,
  ];
};
exports.EXPECTED = [
  "created",
  "year Northwind initial",
  "assessment_not_found",
  "ConnectionError",
  "canceled",
  5,
];
