// The entry for dashboards: what its reads answer.

import type {
  AssessmentDetail, AssessmentPage, AssessmentsClient, AwaitedEvent, ControlSetPage, LastAssessment, ListedAssessment, ListedFinding,
  ListedRun, ListedUser, ListedVendor, ListedWorkflow, Me, Named, RiskAnalyst, UserPage, VendorDetail, VendorPage,
  WorkflowPage,
} from "assessments-edge";
import { dashboard } from "assessments-edge/dashboard";
import type { AssessmentQuery, Dashboard, ListPage, ListQuery, Pages } from "assessments-edge/dashboard";

export async function overview(client: AssessmentsClient): Promise<string[]> {
  const reads: Dashboard = dashboard(client);
  const me: Me = await reads.me({ maxRetries: 0 });
  const search: ListQuery = { q: "nor", limit: 10, cursor: undefined };
  const vendors: Pages<ListedVendor> = reads.vendors(search);
  const first: VendorPage = await vendors;
  const last: LastAssessment | null | undefined = first.items[0]?.last_assessment;
  const query: AssessmentQuery = { status: "complete", archived: false, sort: "-updated_at" };
  const page: AssessmentPage = await reads.assessments(query);
  const rows: ListedAssessment[] = page.items;
  // @ts-expect-error There is no such order.
  await reads.assessments({ sort: "score" });
  const lists: [ControlSetPage, UserPage, WorkflowPage] = [
    await reads.controlSets(), await reads.users({ q: "an" }), await reads.workflows(),
  ];
  const found: ListPage<ListedUser> = lists[1];
  const workflow: ListedWorkflow | undefined = lists[2].items[0];
  const names: string[] = [me.role, `${last?.status}`, `${found.items[0]?.email}`, `${workflow?.steps}`];
  for await (const { vendor_name, assignee_name } of reads.assessments()) names.push(`${vendor_name} ${assignee_name}`);
  for await (const { items } of reads.vendors().pages()) names.push(`${items.length} of ${rows.length}`);
  const vendor: VendorDetail = await reads.vendor("cbvndr_bdbb39ff21c65aa009a055bb64bf3703");
  const analyst: RiskAnalyst | undefined = vendor.risk_analysts[0];
  const service: Named | undefined = vendor.services[0];
  const detail: AssessmentDetail = await reads.assessment("cbqsrw_0128e42c9f5c076efa5c191794409293");
  const finding: ListedFinding | undefined = detail.findings[0];
  const run: ListedRun | undefined = detail.runs[0];
  const awaited: AwaitedEvent | null | undefined = run?.awaited_event;
  return [...names, `${analyst?.name} ${service?.name} ${finding?.title} ${run?.workflow_name} ${awaited?.name}`];
}
