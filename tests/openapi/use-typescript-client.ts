// Uses the types that openapi-typescript makes, through openapi-fetch: address,
// key and vendor are the arguments. The last line that it prints is the outcome.
// Each type below is what the compiler must find by itself.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

type Schemas = components["schemas"];

const [url, key, vendor] = process.argv.slice(2) as [string, string, string];
const clientWith = (token: string) =>
  createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${token}` } });
const api = clientWith(key);

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing there");
  return value;
}

const create = (vendor_id: string, client = api) =>
  client.POST("/v1/assessments", { body: { vendor_id, control_set_ids: [] } });
const onAssessment = (assessment_id: string) => ({ params: { path: { assessment_id } } });

const created = await create(vendor);
const assessment: Schemas["CreatedAssessment"] = there(created.data);
const isNew: boolean = assessment.status === "created";
const time: number = assessment.created_at;
const assignee: string | null = assessment.assignee_id;
if (!isNew || !Number.isInteger(time) || assignee === undefined) throw new Error("not as described");
// @ts-expect-error: no status has that name.
if (assessment.status === "Created") throw new Error("a name of the source");

const read = await api.GET("/v1/assessments/{assessment_id}", onAssessment(assessment.id));
const seen: Schemas["Assessment"] = there(read.data);
const archived = await api.DELETE("/v1/assessments/{assessment_id}", onAssessment(assessment.id));
const gone: Schemas["ArchivedAssessment"] = there(archived.data);
const refused = await create("cbvndr_00");
const unauthorized = await create(vendor, clientWith("ak_test_no"));
const notFound = await api.GET(
  "/v1/assessments/{assessment_id}",
  onAssessment(`cbqsrw_${"0".repeat(32)}`),
);
// @ts-expect-error: a vendor is named by a string.
const faulty = await create(7);

/** `detail` of an error, which may be of any kind the route has. */
const detailOf = (error: { detail: unknown } | undefined) => there(error).detail;
const error = detailOf(refused.error) as Schemas["BadRequestError"]["detail"];
const text: Schemas["UnauthorizedError"]["detail"] =
  detailOf(unauthorized.error) as Schemas["UnauthorizedError"]["detail"];
const coded = detailOf(notFound.error) as Schemas["AssessmentNotFoundError"]["detail"];
const code: "assessment_not_found" = coded.code;
const faults = detailOf(faulty.error) as Schemas["UnprocessableContentError"]["detail"];

console.log(
  JSON.stringify({
    created: { status: created.response.status, state: assessment.status },
    read: { status: read.response.status, state: seen.status, isSame: seen.id === assessment.id },
    archived: {
      status: archived.response.status,
      state: gone.status,
      isArchived: gone.is_archived,
    },
    refused: { status: refused.response.status, error: error.error },
    unauthorized: { status: unauthorized.response.status, detail: text },
    notFound: { status: notFound.response.status, code },
    faulty: {
      status: faulty.response.status,
      faults: faults.map(({ loc, type }) => [loc, type]),
    },
  }),
);
