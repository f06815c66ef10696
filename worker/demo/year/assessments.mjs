// The assessments of the demo's year: when, of whom, and what became of them.

import { chanceOf, idOf } from "./chance.mjs";
import { go, startElsewhere } from "./runs.mjs";
import { FINDINGS } from "./words.mjs";
import { DAY } from "./workflows.mjs";

/**
 * How many end, or stand, how. `archived` were complete before, `withdrawn` are canceled
 * by their archive.
 */
const ENDED = { complete: 78, archived: 8, failed: 10, withdrawn: 12, canceled: 4 };
const OPEN = {
  committee: 3,
  review: 12,
  report: 3,
  calling: 2,
  index: 3,
  documents: 9,
  created: 6,
};
/** Days ago that the ended were created, at most and at least: the last of them are over by now. */
const ENDED_DAYS = [362, 20];
/** The same for those that are open; things go fast in them, so that nothing lies ahead. */
const OPEN_DAYS = {
  committee: [34, 12],
  review: [40, 8],
  report: [24, 7],
  index: [16, 5],
  documents: [26, 1],
  created: [8, 0.5],
};
/** Where those stop that are open, or withdrawn. */
const STOPS = {
  committee: ["full"],
  review: ["annual", "onboarding", "full", "incident"],
  report: ["full"],
  index: ["full"],
  documents: ["onboarding", "full"],
};
const STEP_NAMES = {
  committee: "Wait for the risk committee",
  review: "Wait for the review",
  report: "Wait for the specialist's report",
  index: "Wait for the document index",
  documents: "Wait for the vendor's documents",
  calling: "Ask the analyser",
};
/** From how many days ago on things may go slowly, and an event may be late. */
const SLOW_DAYS = 80;
/** Days after which findings are dealt with. */
const MENDED_DAYS = [15, 70];
const PORTALS = {
  collecting_documents: "open",
  indexing_supporting_documents: "analyzing",
  analyzing_questionnaire: "analyzing",
  review_evals: "analysis_complete",
  complete: "submitted",
  failed: "open",
};

const entriesOf = (counts) =>
  Object.entries(counts).flatMap(([what, count]) => Array(count).fill(what));

/** Vendors in the order in which they are assessed: each evenly over the year. */
function order(vendors) {
  return vendors
    .flatMap((vendor) =>
      Array.from({ length: vendor.times }, (_, turn) => ({
        vendor,
        turn,
        at: (turn + vendor.offset) / vendor.times,
      })),
    )
    .sort((a, b) => a.at - b.at);
}

/** A moment on a working day, that many days before `day`, Unix seconds. */
function workingTime(day, daysAgo, chance) {
  const midnight = Math.floor(day / DAY - daysAgo);
  // The first day of Unix time was a Thursday.
  const weekday = (midnight + 4) % 7;
  const moved = { 0: 2, 6: 1 }[weekday] ?? 0;
  return (midnight - moved) * DAY + chance.whole(8 * 3_600, 16 * 3_600);
}

/**
 * What the slots, the oldest first, come to: how, and how many days ago they began.
 *
 * @param {ReturnType<typeof order>} slots
 */
function outcomes(slots) {
  const chance = chanceOf("outcomes");
  const between = ([most, least]) => chance.between(least, most);
  const open = entriesOf(OPEN)
    .filter((how) => how !== "calling")
    .map((how) => ({ how, daysAgo: between(OPEN_DAYS[how]) }))
    .sort((a, b) => b.daysAgo - a.daysAgo);
  // Begun just before the day, they go on as soon as they are loaded.
  open.push(...Array(OPEN.calling).fill({ how: "calling", daysAgo: 0 }));
  const ended = chance.shuffled(entriesOf(ENDED));
  // What has gone since is archived.
  for (const [slot, { vendor }] of slots.entries()) {
    if (!vendor.archived || ended[slot] === "archived") continue;
    const other = ended.findIndex(
      (how, index) => how === "archived" && !slots[index].vendor.archived,
    );
    [ended[slot], ended[other]] = [ended[other], ended[slot]];
  }
  const [first, last] = ENDED_DAYS;
  const step = (first - last) / (ended.length - 1);
  return [...ended.map((how, index) => ({ how, daysAgo: first - index * step })), ...open];
}

/** Which workflow, if any, an assessment goes through. */
function workflowOf(how, { vendor, turn }, isSlow, chance) {
  if (how === "created") return turn % 2 ? "renewal" : undefined;
  if (how === "canceled") return undefined;
  if (how === "calling") return "annual";
  // What fails by a review that does not come has taken two months.
  if (how === "failed" && !isSlow) return "annual";
  const usual = [
    ...(vendor.isNew && turn === 0 ? Array(9).fill("onboarding") : ["annual", "annual"]),
    ...(vendor.tier === "Critical" ? ["full", "full"] : []),
    "incident",
  ];
  const possible = STOPS[how];
  if (how === "complete" || how === "archived") {
    // Some are done by hand.
    return chance.happens(0.12) ? undefined : chance.pick(usual);
  }
  if (!possible) return chance.pick(usual);
  const both = usual.filter((workflow) => possible.includes(workflow));
  return chance.pick(both.length > 0 ? both : possible);
}

/** Where a run stops, if it does not go through to its end. */
function stopOf(how, workflow, isSlow, chance) {
  const at = STEP_NAMES[how];
  if (at) return { at, as: /** @type {const} */ ("started") };
  if (how === "withdrawn") {
    const stops = Object.keys(STOPS).filter((stop) => STOPS[stop].includes(workflow));
    const after = Math.round(chance.between(0.5, 4) * DAY);
    return { at: STEP_NAMES[chance.pick(stops)], as: /** @type {const} */ ("canceled"), after };
  }
  if (how === "failed") {
    const stop = {
      annual: isSlow && chance.happens(0.4) ? "review" : "calling",
      onboarding: "review",
      full: "report",
      incident: "calling",
    }[workflow];
    return { at: STEP_NAMES[stop], as: /** @type {const} */ ("failed") };
  }
  return undefined;
}

function nameOf(workflow, { vendor, turn }, createdAt) {
  const date = new Date(createdAt * 1_000);
  const year = date.getUTCFullYear();
  const quarter = `Q${1 + Math.floor(date.getUTCMonth() / 3)}`;
  if (workflow === "incident") {
    return `${date.toISOString().slice(0, 7)} ${vendor.name} incident review`;
  }
  const what = {
    annual: turn === 0 ? "annual reassessment" : `reassessment ${quarter}`,
    onboarding: "onboarding",
    full: `full assessment ${quarter}`,
    renewal: "contract renewal",
  }[workflow];
  return `${year} ${vendor.name} ${what ?? `questionnaire ${quarter}`}`;
}

/** Findings of what was analysed; those of long ago are mostly dealt with. */
function findingsOf(seed, chance, { score, reportedAt, until }) {
  const count = Math.min(7, Math.max(0, Math.round((1 - score) * 11) + chance.whole(-1, 1)));
  const [least, most] = MENDED_DAYS;
  return chance.some(FINDINGS, count).map((title, index) => {
    const mendedAt = reportedAt + Math.round(chance.between(least, most) * DAY);
    const isMended = chance.happens(0.6) && mendedAt < until;
    return {
      id: idOf("cbtask", `${seed} ${index}`),
      title,
      ...(isMended && { archived_at: mendedAt }),
    };
  });
}

/**
 * The assessments of the year before `day`, those first that changed last.
 *
 * @param {number} day Unix seconds of its midnight.
 * @param {object} around
 * @param {any[]} around.vendors With `tier`, `times`, `offset`, `isNew` besides what is imported.
 * @param {string[]} around.analysts
 * @param {{ id: string, archived: boolean }[]} around.controlSets
 * @param {(vendor: any, createdAt: number) => object[]} around.customFields
 */
export function assessmentsOf(day, { vendors, analysts, controlSets, customFields }) {
  const slots = order(vendors);
  const usable = controlSets.filter(({ archived }) => !archived);
  const retired = controlSets.filter(({ archived }) => archived);
  const assessments = outcomes(slots).map(({ how, daysAgo }, index) => {
    const seed = `assessment ${index}`;
    const chance = chanceOf(seed);
    const slot = slots[index];
    const { vendor } = slot;
    const isSlow = daysAgo > SLOW_DAYS;
    const createdAt =
      how === "calling" ? day - chance.whole(20, 90) : workingTime(day, daysAgo, chance);
    const workflow = workflowOf(how, slot, isSlow, chance);
    const stop = stopOf(how, workflow, isSlow, chance);
    const isElsewhere = workflow === "renewal";
    const through =
      workflow && !isElsewhere
        ? go(seed, chance, {
            workflow,
            startedAt: createdAt,
            stop,
            pace: isSlow ? 2 : 1,
            late: isSlow && !stop && chance.happens(0.15) ? "documents-received" : undefined,
            unanswered: chance.happens(0.15),
          })
        : undefined;
    const run = isElsewhere ? startElsewhere(seed, workflow, createdAt) : through?.run;
    const byHand = { complete: "complete", archived: "complete", canceled: "canceled" }[how];
    const status = through?.status ?? byHand ?? "created";
    const doneAt = createdAt + Math.round(chance.between(1, 9) * DAY);
    const changedAt = through ? through.movedAt : byHand ? doneAt : createdAt;
    const isAnalysed = through ? through.isAnalysed : byHand === "complete";
    const score =
      Math.round(100 * Math.min(0.98, chance.between(0.5, 0.95) + vendor.quality)) / 100;
    const archivedAt = {
      archived: changedAt + Math.round(chance.between(1, 5) * DAY),
      withdrawn: through?.run.completed_at,
    }[how];
    const sets = chance.some(usable, chance.whole(1, 3));
    const hasPortal = workflow === "onboarding" || workflow === "full";
    return {
      id: idOf("cbqsrw", seed),
      vendor_id: vendor.id,
      name: nameOf(workflow, slot, createdAt),
      status,
      // What was asked until last winter.
      control_set_ids: [...sets, ...(daysAgo > 270 ? retired : [])].map(({ id }) => id),
      service_ids: chance.some(vendor.services, chance.whole(0, 2)).map(({ id }) => id),
      supporting_document_ids: chance
        .some(vendor.documents, chance.whole(0, vendor.documents.length))
        .map(({ id }) => id),
      assignee_id: chance.happens(0.8) ? vendor.risk_analyst_ids[0] : chance.pick(analysts),
      ...(isAnalysed && { score_percent: score }),
      initiated_at: through ? through.initiatedAt : byHand && createdAt + 3_600,
      created_at: createdAt,
      updated_at: changedAt,
      ...(archivedAt && { archived_at: archivedAt }),
      findings: isAnalysed
        ? findingsOf(seed, chance, { score, reportedAt: changedAt, until: archivedAt ?? day })
        : [],
      ...(hasPortal && { portal: PORTALS[status] }),
      custom_fields: customFields(vendor, createdAt),
      runs: run ? [run] : [],
    };
  });
  const lastChange = ({ updated_at: updated, archived_at: archived }) => archived ?? updated;
  return assessments.sort((a, b) => lastChange(b) - lastChange(a));
}
