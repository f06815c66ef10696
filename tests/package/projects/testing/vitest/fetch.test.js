import * as assessments from "assessments-edge";
import { createApi, workflowRun } from "assessments-edge/testing";
import { expect, test, vi } from "vitest";
import { EXPECTED, calls } from "../shared-calls.cjs";

test("a client on the stand-in", async () => {
  const api = createApi();
  expect(await calls(assessments, api, { fetch: api.fetch })).toEqual(EXPECTED);
});

test("fake timers move its clock", async () => {
  vi.useFakeTimers({ now: 1_790_500_000_000 });
  const api = createApi();
  vi.advanceTimersByTime(60_000);
  expect(api.now()).toBe(1_790_500_060);
  vi.useRealTimers();
});

test("answers are the same in every run", () => {
  expect(workflowRun()).toMatchInlineSnapshot(`
    {
      "completed_at": null,
      "started_at": 1790500000,
      "status": "started",
      "steps": [
        {
          "action_type": "begin_assessment",
          "artifacts": [],
          "component_id": "cbwc_00000000000000000000000000000004",
          "component_name": "Begin",
          "message": null,
          "status": "success",
          "step_id": "cbwrs_00000000000000000000000000000003",
        },
        {
          "action_type": "wait_for_event",
          "artifacts": [],
          "component_id": "cbwc_00000000000000000000000000000006",
          "component_name": "Wait for the documents",
          "message": null,
          "status": "success",
          "step_id": "cbwrs_00000000000000000000000000000005",
        },
        {
          "action_type": "call",
          "artifacts": [],
          "component_id": "cbwc_00000000000000000000000000000008",
          "component_name": "Analyse the documents",
          "message": null,
          "status": null,
          "step_id": "cbwrs_00000000000000000000000000000007",
        },
      ],
      "workflow_definition_id": "cbwd_00000000000000000000000000000002",
      "workflow_name": "annual-reassessment-flow",
      "workflow_run_id": "cbwr_00000000000000000000000000000001",
    }
  `);
});
