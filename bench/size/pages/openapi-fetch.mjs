import createClient from "openapi-fetch";

export function send(baseUrl, token, body) {
  /** @type {import("openapi-fetch").Client<any>} */
  const client = createClient({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  return client.POST("/v1/assessments", { body });
}
