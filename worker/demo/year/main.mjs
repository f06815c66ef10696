// Prints an import file with an organization that has a year of work behind it: the
// twelve months before the day, by default today. The same day gives the same file.
//
// node main.mjs [YYYY-MM-DD]

import { organizationOf } from "./organization.mjs";

const [day = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);
const time = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
// A day that its month does not have is taken for one of the next.
if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
  console.error(`${day} is no day, YYYY-MM-DD`);
  process.exit(2);
}
process.stdout.write(`${JSON.stringify({ orgs: [organizationOf(day)] }, null, 1)}\n`);
