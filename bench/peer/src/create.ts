import type { Context } from "hono";
import { type Environment, sha256 } from "./auth";
import { chooseName } from "./name";
import { refused, unavailable, workflowDisabled, workflowNotFound } from "./problem";
import { type CreateRequest, readBytes, readCreate } from "./request";
import * as store from "./store";

const newId = (prefix: string) => `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
const unique = (ids: string[] | null | undefined) => [...new Set(ids)];

function idempotencyKey(context: Context<Environment>): string | null {
  const key = context.req.raw.headers.get("Idempotency-Key");
  if (key !== null && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw refused("Idempotency-Key must be 1 to 255 visible ASCII characters");
  }
  return key;
}

const created = (
  context: Context<Environment>,
  body: string,
  headers: Record<string, string> = {},
) => context.body(body, 201, { "Content-Type": "application/json", ...headers });

function replayed(context: Context<Environment>, replay: store.Replay, digest: string | null) {
  const differs = replay.request_sha256 !== null && replay.request_sha256 !== digest;
  return created(context, replay.response_body, {
    "Idempotent-Replayed": "true",
    ...(differs && { "Idempotent-Request-Differs": "true" }),
  });
}

/** Gate 9: every bad id is named. */
function checkReferences(wanted: store.Wanted, known: store.Known): store.Vendor {
  const wrong: string[] = [];
  const check = (field: string, ids: string[], items: store.Item[]) => {
    const found = new Map(items.map((item) => [item.id, item]));
    const bad = ids.filter((id) => {
      const item = found.get(id);
      if (!item) return true;
      return known.vendor && item.vendor_id !== null && item.vendor_id !== wanted.vendor;
    });
    if (bad.length > 0) wrong.push(`${field}: ${bad.join(", ")} not found`);
  };
  if (!known.vendor) wrong.push(`vendor_id: ${wanted.vendor} not found`);
  check("control_set_ids", wanted.controlSets, known.controlSets);
  check("service_ids", wanted.services, known.services);
  if (wanted.assignee !== null) check("assignee_id", [wanted.assignee], known.assignees);
  check("supporting_document_ids", wanted.documents, known.documents);
  if (!known.vendor || wrong.length > 0) throw refused(wrong.join("; "));
  return known.vendor;
}

function checkWorkflow({ workflow: name }: store.Wanted, { workflow }: store.Known) {
  if (name === null) return null;
  if (!workflow) throw workflowNotFound(name);
  if (!workflow.is_enabled) throw workflowDisabled(name);
  return workflow;
}

export async function createAssessment(context: Context<Environment>) {
  const { DB: db } = context.env;
  const { org_id: org } = context.var.identity;
  const date = new Date();
  const now = Math.floor(date.getTime() / 1000);
  const key = idempotencyKey(context);
  const bytes = await readBytes(context.req.raw);
  const digest = key === null || bytes === null ? null : await sha256(bytes);

  let request: CreateRequest;
  try {
    request = readCreate(bytes, context.req.header("Content-Type") ?? "");
  } catch (problem) {
    // A key that was used replays whatever the body is now.
    const replay = key === null ? null : await store.findReplay(db, org, key, now);
    if (replay) return replayed(context, replay, digest);
    throw problem;
  }

  const wanted: store.Wanted = {
    vendor: request.vendor_id,
    controlSets: unique(request.control_set_ids),
    services: unique(request.service_ids),
    assignee: request.assignee_id ?? null,
    documents: unique(request.supporting_document_ids),
    workflow: request.trigger_workflow ?? null,
  };
  const known = await store.lookUp(db, org, key, wanted, now);
  if (known.replay) return replayed(context, known.replay, digest);
  const workflow = checkWorkflow(wanted, known);
  const vendor = checkReferences(wanted, known);

  const assessment = {
    id: newId("cbqsrw"),
    vendor_id: wanted.vendor,
    name: chooseName(request, vendor, known.services, date),
    status: "created",
    control_set_ids: wanted.controlSets,
    service_ids: wanted.services,
    assignee_id: wanted.assignee ?? firstAnalyst(vendor),
    score_percent: null,
    findings_count: 0,
    initiated_at: null,
    created_at: now,
    updated_at: now,
  };
  const [service, ...others] = wanted.services;
  const input = {
    assessment_id: assessment.id,
    vendor_id: wanted.vendor,
    ...(service !== undefined && others.length === 0 && { service_id: service }),
  };
  const run = workflow && { id: newId("cbwr"), workflow, input: JSON.stringify(input) };
  const body = JSON.stringify({ ...assessment, workflow_run_id: run?.id ?? null });
  const record = key === null ? null : { key, body, digest: digest ?? "" };
  if (await store.create(db, org, assessment, wanted.documents, run, record)) {
    return created(context, body);
  }
  const winner = key === null ? null : await store.findReplay(db, org, key, now);
  if (!winner) throw unavailable();
  return replayed(context, winner, digest);
}

function firstAnalyst({ risk_analyst_ids }: store.Vendor): string | null {
  const ids: unknown[] = JSON.parse(risk_analyst_ids);
  return ids.find((id) => typeof id === "string") ?? null;
}
