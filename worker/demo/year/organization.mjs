// The organization of the demo's year, in the form that an import takes.

import { assessmentsOf } from "./assessments.mjs";
import { chanceOf, idOf } from "./chance.mjs";
import {
  ANALYSTS,
  CONTROL_SETS,
  DOCUMENTS,
  PEOPLE,
  REGULATIONS,
  SERVICES,
  TIMES_A_YEAR,
  VENDORS,
} from "./words.mjs";
import { DAY, WORKFLOWS } from "./workflows.mjs";

const users = PEOPLE.map(([name, membership, address]) => ({
  id: idOf("cbuser", address),
  name,
  email: `${address}@lantern.example`,
  membership,
}));
const analysts = users.slice(0, ANALYSTS).map(({ id }) => id);
const owners = users.filter(({ membership }) => membership === "active").map(({ id }) => id);

const controlSets = CONTROL_SETS.map((name, index) => ({
  id: idOf("cbctst", name),
  name,
  archived: index === CONTROL_SETS.length - 1,
}));

const customField = (key, field_name, field_type, options) => ({
  id: idOf("cbcfc", key),
  field_name,
  field_type,
  enabled: true,
  ...(options && { options }),
});
const FIELDS = {
  tier: customField("tier", "Criticality", "select", Object.keys(TIMES_A_YEAR)),
  scope: customField("scope", "Regulatory scope", "multiselect", REGULATIONS),
  owner: customField("owner", "Business owner", "user"),
  contract: customField("contract", "Contract reference", "string"),
  spend: customField("spend", "Annual spend (EUR)", "number"),
  personal: customField("personal", "Processes personal data", "boolean"),
  due: customField("due", "Next review due", "date"),
};

const dateOf = (time) => new Date(time * 1_000).toISOString().slice(0, 10);

/**
 * What a vendor is.
 *
 * @param {string[]} words Of `VENDORS`.
 * @param {number} index
 * @param {number} year
 */
function vendorOf(words, index, year) {
  const [name, tier, sector, more] = words;
  const seed = `vendor ${index}`;
  const chance = chanceOf(seed);
  const archived = more === "gone";
  const documents = chance.some(DOCUMENTS, chance.whole(2, 5)).map((title) => ({
    id: idOf("cbvdoc", `${seed} ${title}`),
    name: title.replace("{year}", String(chance.happens(0.7) ? year : year - 1)),
  }));
  const [least, most] = {
    Critical: [400, 4_000],
    High: [90, 900],
    Medium: [20, 200],
    Low: [1, 20],
  }[tier];
  return {
    id: idOf("cbvndr", seed),
    name,
    archived,
    risk_analyst_ids: chance.shuffled(analysts).slice(0, chance.whole(1, 2)),
    services: SERVICES[sector].map((service) => ({
      id: idOf("cbsvc", `${seed} ${service}`),
      name: service,
    })),
    documents: [
      ...documents,
      {
        id: idOf("cbvdoc", `${seed} superseded`),
        name: `SOC 2 Type II ${year - 2}.pdf`,
        archived: true,
      },
    ],
    // For the assessments only.
    tier,
    times: archived ? 1 : TIMES_A_YEAR[tier],
    // What has gone was assessed early in the year.
    offset: archived ? chance.between(0.1, 0.3) : chance.between(0.02, 0.98),
    isNew: more === "new",
    quality: chance.between(-0.05, 0.1),
    contract: `C-${year - chance.whole(0, 4)}-${String(chance.whole(1, 999)).padStart(4, "0")}`,
    spend: 1_000 * chance.whole(least, most) + (tier === "Low" ? 0.5 : 0),
    personal: chance.happens(0.6),
    scope: chance.some(REGULATIONS, chance.whole(0, 3)),
    owners: chance.some(owners, chance.whole(1, 2)),
    hasContract: chance.happens(0.8),
  };
}

function customFields(vendor, createdAt) {
  const values = [
    [FIELDS.tier, vendor.tier],
    [FIELDS.scope, vendor.scope],
    [FIELDS.owner, vendor.owners],
    [FIELDS.contract, vendor.hasContract ? vendor.contract : undefined],
    [FIELDS.spend, vendor.spend],
    [FIELDS.personal, vendor.personal],
    [FIELDS.due, dateOf(createdAt + Math.round(365 / vendor.times) * DAY)],
  ];
  return values
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => ({ config_id: field.id, value }));
}

/** What an import knows of a vendor. */
const imported = ({ id, name, archived, risk_analyst_ids, services, documents }) => ({
  id,
  name,
  archived,
  risk_analyst_ids,
  services,
  documents,
});

/**
 * The organization as its year before `day` has left it.
 *
 * @param {string} day YYYY-MM-DD; nothing happened on it or later.
 */
export function organizationOf(day) {
  const midnight = Date.parse(`${day}T00:00:00Z`) / 1_000;
  // The year that most of the twelve months belong to.
  const year = new Date((midnight - 183 * DAY) * 1_000).getUTCFullYear();
  const vendors = VENDORS.map((vendor, index) => vendorOf(vendor, index, year));
  return {
    id: idOf("cborg", "Lantern Mutual"),
    name: "Lantern Mutual",
    api_keys: [
      {
        name: "Vendor portal",
        secret: "ak_test_yO6OhQkC7y3CotWmOA11HCdrDsvMJVPQ3I8fvwOoBAz4T9bnF",
        role: "Service Account",
      },
    ],
    users,
    vendors: vendors.map(imported),
    control_sets: controlSets,
    workflows: Object.values(WORKFLOWS),
    custom_fields: Object.values(FIELDS),
    assessments: assessmentsOf(midnight, { vendors, analysts, controlSets, customFields }),
  };
}
