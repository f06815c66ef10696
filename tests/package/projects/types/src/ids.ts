// Ids are branded: one kind cannot stand where another is meant.

import { isId, parseId } from "assessments-edge";
import type {
  ApiKeyId, AssessmentId, AssessmentPlanId, BillOfMaterialsComponentId, BillOfMaterialsId, ContractRecordId,
  ControlSetId, CreateAssessmentRequest, CreateSessionRequest, CustomFieldConfigId, EngagementId, FindingId, Id, IdKind, IdLike,
  OauthClientId, OauthSecretId, OauthTokenId, ObligationId, OrganizationId, ParsedId, RadarEventId,
  ReassessmentId, ScaleLevelId, ServiceId, TagId, UserId, VendorDocumentId, VendorId,
  WebhookDeliveryId, WebhookEventId, WebhookSubscriptionId, WorkflowComponentId,
  WorkflowDefinitionId, WorkflowRunId, WorkflowRunStepId, WorkspaceStatusId,
} from "assessments-edge";

declare const text: string;

const parsed: ParsedId<"vendor"> = parseId(text, "vendor");
const vendor: VendorId = parsed.id;
const sameVendor: Id<"vendor"> = vendor;
const kind: "vendor" = parsed.kind;
const plain: string = vendor;
const anyKind: IdKind = parseId(text).kind;
export const body: CreateAssessmentRequest = { vendor_id: vendor, control_set_ids: [] };

// A request takes any text, and ids of the kind that is meant.
declare const sets: readonly ControlSetId[];
declare const services: ServiceId[];
export const plainIds: CreateAssessmentRequest = { vendor_id: text, control_set_ids: [text], assignee_id: `cbuser_${text}` };
export const ids: CreateAssessmentRequest = { vendor_id: vendor, control_set_ids: sets, service_ids: services };
export const like: IdLike<"vendor">[] = [text, vendor, "cbvndr_1"];
// @ts-expect-error A service is no vendor.
export const wrongId: CreateAssessmentRequest = { vendor_id: services[0]!, control_set_ids: [] };
// @ts-expect-error Services are no control sets.
export const wrongIds: CreateAssessmentRequest = { vendor_id: text, control_set_ids: services };
// @ts-expect-error A vendor is no user.
export const wrongUser: CreateSessionRequest = { user_id: vendor };
// @ts-expect-error An id of any kind need not be a vendor's.
export const anyId: CreateAssessmentRequest = { vendor_id: parseId(text).id, control_set_ids: [] };

// @ts-expect-error A vendor is no service.
export const service: ServiceId = vendor;
// @ts-expect-error A vendor is no assessment.
export const assessment: AssessmentId = sameVendor;
// @ts-expect-error A text is no id until it is parsed.
export const unparsed: VendorId = plain;
// @ts-expect-error An id of any kind is not known to be a vendor's.
export const unknownKind: VendorId = parseId(text).id;
// @ts-expect-error There is no such kind.
parseId(text, "vendr");
// @ts-expect-error Nor here.
isId(text, anyKind + "s");
// @ts-expect-error What is no text is not parsed.
parseId(7);

export function narrowed(value: unknown): VendorId | undefined {
  if (isId(value, "service")) {
    // @ts-expect-error A service is no vendor.
    const wrong: VendorId = value;
    return wrong;
  }
  return isId(value, kind) ? value : undefined;
}

/** Every kind has its name, and there are no others. */
interface Names {
  assessment: AssessmentId;
  vendor: VendorId;
  service: ServiceId;
  control_set: ControlSetId;
  user: UserId;
  vendor_document: VendorDocumentId;
  finding: FindingId;
  workflow_run: WorkflowRunId;
  workflow_definition: WorkflowDefinitionId;
  workflow_run_step: WorkflowRunStepId;
  workflow_component: WorkflowComponentId;
  custom_field_config: CustomFieldConfigId;
  organization: OrganizationId;
  workspace_status: WorkspaceStatusId;
  tag: TagId;
  scale_level: ScaleLevelId;
  obligation: ObligationId;
  webhook_subscription: WebhookSubscriptionId;
  webhook_event: WebhookEventId;
  webhook_delivery: WebhookDeliveryId;
  oauth_client: OauthClientId;
  oauth_token: OauthTokenId;
  oauth_secret: OauthSecretId;
  reassessment: ReassessmentId;
  assessment_plan: AssessmentPlanId;
  radar_event: RadarEventId;
  bill_of_materials: BillOfMaterialsId;
  bill_of_materials_component: BillOfMaterialsComponentId;
  engagement: EngagementId;
  contract_record: ContractRecordId;
  api_key: ApiKeyId;
}

type Same<A> = <T>() => T extends A ? 1 : 2;
type Exactly<A, B> = Same<A> extends Same<B> ? true : false;
export const everyKind: Exactly<Names, { [Kind in IdKind]: Id<Kind> }> = true;

// Testing the kind tells the type of the id.
const some = parseId("cbvndr_bdbb39ff21c65aa009a055bb64bf3703");
if (some.kind === "vendor") {
  const narrowed: VendorId = some.id;
  console.log(narrowed);
}
