// The assessments API as a TypeScript team would write it: Hono, zod, D1 and KV.

import { Hono } from "hono";
import { authenticated, type Environment } from "./auth";
import { createAssessment } from "./create";
import { assessmentNotFound, Problem, unavailable } from "./problem";
import * as store from "./store";

const app = new Hono<Environment>();

app.use(async (context, next) => {
  await next();
  const { headers } = context.res;
  headers.set("x-coverbase-request-id", crypto.randomUUID());
  headers.set("Cache-Control", "no-store");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.append("Vary", "Origin");
});

app.post("/v1/assessments", authenticated, createAssessment);

app.get("/v1/assessments/:id", authenticated, async (context) => {
  const { org_id: org } = context.var.identity;
  const row = await store.retrieve(context.env.DB, org, context.req.param("id"));
  if (!row) throw assessmentNotFound();
  return context.json({
    ...row,
    control_set_ids: JSON.parse(row.control_set_ids),
    service_ids: JSON.parse(row.service_ids),
    custom_fields: JSON.parse(row.custom_fields),
  });
});

app.delete("/v1/assessments/:id", authenticated, async (context) => {
  const { DB: db } = context.env;
  const { org_id: org } = context.var.identity;
  const id = context.req.param("id");
  let state = await store.archiveState(db, org, id);
  if (state?.archived_at === null) {
    state = await store.archive(db, org, id, Math.floor(Date.now() / 1000));
  }
  if (!state) throw assessmentNotFound();
  const { status, archived_at } = state;
  return context.json({ id, status, is_archived: true, archived_at });
});

app.get("/healthz", async (context) => {
  await store.ping(context.env.DB);
  return context.json({ status: "ok" });
});

for (const [path, methods] of [
  ["/v1/assessments", "POST"],
  ["/v1/assessments/:id", "GET, DELETE"],
  ["/healthz", "GET, HEAD"],
] as const) {
  app.all(path, (context) =>
    context.json({ detail: "Method Not Allowed" }, 405, { Allow: methods }),
  );
}

app.notFound((context) => context.json({ detail: "Not Found" }, 404));

app.onError((error, context) => {
  const problem = error instanceof Problem ? error : unavailable();
  if (problem !== error) console.error(error);
  return context.json({ detail: problem.detail }, problem.status as 400, problem.headers);
});

export default app;
