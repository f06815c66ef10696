import * as z from "zod";
import { Problem, refused, tooLarge } from "./problem";

const MAX_BYTES = 262_144;
const MAX_DEPTH = 128;
const MAX_IDS = 100;
const MAX_CHARACTERS = 255;

const ids = z.array(z.string());
const CreateRequest = z.object({
  vendor_id: z.string(),
  control_set_ids: ids,
  name: z.string().nullish(),
  assessment_name_format: z.string().nullish(),
  service_ids: ids.nullish(),
  assignee_id: z.string().nullish(),
  trigger_workflow: z.string().nullish(),
  supporting_document_ids: ids.nullish(),
});
export type CreateRequest = z.infer<typeof CreateRequest>;

type Fault = { loc: (string | number)[]; msg: string; type: string };

const invalid = (...faults: Fault[]) => new Problem(422, faults);
const invalidJson = (offset: number) =>
  invalid({ loc: ["body", offset], msg: "JSON decode error", type: "json_invalid" });
const noObject = () =>
  invalid({
    loc: ["body"],
    msg: "Input should be a valid dictionary or object to extract fields from",
    type: "model_attributes_type",
  });
const missing = (...loc: Fault["loc"]): Fault => ({ loc, msg: "Field required", type: "missing" });

function faultOf(issue: z.core.$ZodIssue, body: object): Fault {
  const path = issue.path as (string | number)[];
  const loc = ["body", ...path];
  if (path.length === 1 && !Object.hasOwn(body, path[0] ?? "")) return missing(...loc);
  const isList = issue.code === "invalid_type" && issue.expected === "array";
  return isList
    ? { loc, msg: "Input should be a valid list", type: "list_type" }
    : { loc, msg: "Input should be a valid string", type: "string_type" };
}

/** Where JSON text is nested deeper than allowed, or -1. */
function tooDeepAt(text: string): number {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      if (++depth > MAX_DEPTH) return index;
    } else if (character === "}" || character === "]") depth--;
  }
  return -1;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

const isWellFormed = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
};

function parseJson(bytes: ArrayBuffer): unknown {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw invalidJson(0);
  }
  const deep = tooDeepAt(text);
  if (deep >= 0) throw invalidJson(deep);
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidJson(text.length);
  }
  // The text itself was UTF-8, so only an escape can name half a character.
  if (ESCAPED_SURROGATE.test(text) && !isWellFormed(value)) throw invalidJson(0);
  return value;
}

const characters = (text: string | null | undefined) =>
  text && text.length > MAX_CHARACTERS ? [...text].length : 0;

function checkLimits(request: CreateRequest): CreateRequest {
  const wrong = [];
  for (const field of ["control_set_ids", "service_ids", "supporting_document_ids"] as const) {
    const count = request[field]?.length ?? 0;
    if (count > MAX_IDS) wrong.push(`${field} has more than ${MAX_IDS} entries`);
  }
  for (const field of ["name", "assessment_name_format", "trigger_workflow"] as const) {
    const text = field === "name" ? request.name?.trim() : request[field];
    if (characters(text) > MAX_CHARACTERS) {
      wrong.push(`${field} has more than ${MAX_CHARACTERS} characters`);
    }
  }
  if (wrong.length > 0) throw refused(wrong.join("; "));
  return request;
}

/** The bytes of a body that is not too large. */
export async function readBytes(request: Request): Promise<ArrayBuffer | null> {
  if (Number(request.headers.get("Content-Length") ?? 0) > MAX_BYTES) return null;
  const bytes = await request.arrayBuffer();
  return bytes.byteLength > MAX_BYTES ? null : bytes;
}

/** Gates 5 to 7: size, JSON and schema, limits. */
export function readCreate(bytes: ArrayBuffer | null, contentType: string): CreateRequest {
  if (bytes === null) throw tooLarge();
  if (bytes.byteLength === 0) throw invalid(missing("body"));
  if (!/^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i.test(contentType)) throw noObject();
  const body = parseJson(bytes);
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw noObject();
  const parsed = CreateRequest.safeParse(body);
  if (!parsed.success) {
    throw invalid(...parsed.error.issues.map((issue) => faultOf(issue, body)));
  }
  return checkLimits(parsed.data);
}
