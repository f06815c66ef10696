// Gives the pages of the dashboard their sessions: a Worker of the team's own.

import { ApiError, AssessmentsClient } from "assessments-edge";
import { Hono } from "hono";
import { getSignedCookie } from "hono/cookie";
import { cors } from "hono/cors";

const app = new Hono();

// Only pages of the dashboard can read what is answered here.
app.use("/session", (c, next) => {
  const { DASHBOARD_ORIGIN: origin } = c.env;
  return cors({ origin, credentials: true, allowMethods: ["POST"] })(c, next);
});

app.post("/session", async (c) => {
  const { ASSESSMENTS_API_URL, ASSESSMENTS_API_KEY, DASHBOARD_ORIGIN } = c.env;
  // Any site can have a browser send its cookies here; the browser says which site it was.
  if (c.req.header("origin") !== DASHBOARD_ORIGIN) return c.text("Forbidden", 403);
  const userId = await signedInUser(c);
  if (!userId) return c.text("Not signed in", 401);
  const client = new AssessmentsClient({
    baseUrl: ASSESSMENTS_API_URL,
    token: ASSESSMENTS_API_KEY,
  });
  try {
    const session = await client.createSession({ user_id: userId, origin: DASHBOARD_ORIGIN });
    return c.json(session, 200, { "cache-control": "no-store" });
  } catch (error) {
    // No active user of the organization.
    if (error instanceof ApiError && error.status === 400) return c.text("Forbidden", 403);
    throw error;
  }
});

/** Your own code belongs here: who is signed in with you. Here, a signed cookie says it. */
const signedInUser = (c) => getSignedCookie(c, c.env.COOKIE_SECRET, "team_user");

export default app;
