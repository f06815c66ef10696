// The bodies of creates that every contender judges.

/** Of the form of an id, and the same for the same number. */
export const idOf = (prefix, number) => `${prefix}_${String(number).padStart(32, "0")}`;
const idsOf = (prefix, count) => Array.from({ length: count }, (_, index) => idOf(prefix, index));

const SMALL = { vendor_id: idOf("cbvndr", 1), control_set_ids: idsOf("cbctst", 1), name: "Q2" };
const OTHERS = {
  vendor_id: idOf("cbvndr", 1),
  name: "Q2 2026 reassessment",
  assignee_id: idOf("cbuser", 1),
};

/** By name: the body, and whether it is good. */
export const BODIES = {
  "small, good": { body: SMALL, isGood: true },
  "14 ids, good": {
    body: {
      ...OTHERS,
      control_set_ids: idsOf("cbctst", 6),
      service_ids: idsOf("cbsvc", 4),
      supporting_document_ids: idsOf("cbvdoc", 2),
    },
    isGood: true,
  },
  "200 ids, good": {
    body: { ...OTHERS, control_set_ids: idsOf("cbctst", 100), service_ids: idsOf("cbsvc", 98) },
    isGood: true,
  },
  "bad ids": {
    body: { ...SMALL, vendor_id: idOf("cbsvc", 1), control_set_ids: ["cbctst_1", "x"] },
    isGood: false,
  },
  "bad types": {
    body: { vendor_id: 7, control_set_ids: "cbctst_1", name: false },
    isGood: false,
  },
};
