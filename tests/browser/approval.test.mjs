// Which events read like an approval: of those the opposite is offered as well.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isApproval } from "../../www/events.js";

for (const name of [
  ...["review-approved", "committee_approval", "reviewApproved", "approve", "APPROVED"],
  ...["terms.accepted", "order:confirmed", "contract-signed", "sign-off", "legal.signoff"],
]) {
  test(`an_approval: ${name}`, () => assert.equal(isApproval(name), true));
}

for (const name of [
  ...["assignee-set", "design-ready", "signal", "unsigned", "disapproved", "not-accepted"],
  ...["approval-denied", "approval_rejected", "approval-requested", "documents-received", "go"],
  ...["assigned", "acceptable-use-read", "declined-approval"],
]) {
  test(`no_approval: ${name}`, () => assert.equal(isApproval(name), false));
}
