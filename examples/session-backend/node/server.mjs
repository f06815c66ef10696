// Gives the pages of the dashboard their sessions: a server of the team's own.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { ApiError, AssessmentsClient } from "assessments-edge";

const { ASSESSMENTS_API_URL, ASSESSMENTS_API_KEY, DASHBOARD_ORIGIN, COOKIE_SECRET, PORT } =
  process.env;
const client = new AssessmentsClient({ baseUrl: ASSESSMENTS_API_URL, token: ASSESSMENTS_API_KEY });

async function answer({ method, url, headers }) {
  if (url !== "/session" || method !== "POST") return [404];
  // Any site can have a browser send its cookies here; the browser says which site it was.
  if (headers.origin !== DASHBOARD_ORIGIN) return [403];
  const userId = signedInUser(headers.cookie);
  if (!userId) return [401];
  return [200, await client.createSession({ user_id: userId, origin: DASHBOARD_ORIGIN })];
}

/** Your own code belongs here: who is signed in with you. Here, a signed cookie says it. */
function signedInUser(cookie = "") {
  const [, userId, signature] = /(?:^|; )team_user=(\w+)\.([\w-]{43})(?:;|$)/.exec(cookie) ?? [];
  const right = createHmac("sha256", COOKIE_SECRET)
    .update(userId ?? "")
    .digest("base64url");
  return userId && timingSafeEqual(Buffer.from(signature), Buffer.from(right)) ? userId : undefined;
}

const server = createServer(async (request, response) => {
  // Only pages of the dashboard can read what is answered here.
  response.setHeader("access-control-allow-origin", DASHBOARD_ORIGIN);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("cache-control", "no-store");
  // A 400 is about the user: no active one of the organization.
  const failed = (error) => {
    console.error(error.message);
    return [error instanceof ApiError && error.status === 400 ? 403 : 502];
  };
  const [status, body] = await answer(request).catch(failed);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body ?? null));
});
server.listen(Number(PORT ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/session`);
});
