// Stands in for wrangler where the tests' copy of the project has the deployed
// database: an SQLite of Node.js with the real migrations. What it is to do wrong, a
// fault for each call, stands in faults.json; what it was called with goes to
// calls.jsonl.

import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const folder = process.env.REMOTE_FOLDER ?? "";
const args = process.argv.slice(2);
appendFileSync(join(folder, "calls.jsonl"), `${JSON.stringify(args)}\n`);

const faultsFile = join(folder, "faults.json");
const [fault = "none", ...later] = JSON.parse(readFileSync(faultsFile, "utf8"));
// The last one lasts.
if (later.length > 0) writeFileSync(faultsFile, JSON.stringify(later));

const path = join(folder, "remote.sqlite");
const isNew = !existsSync(path);
const database = new DatabaseSync(path);
if (isNew) {
  const migrations = process.env.MIGRATIONS ?? "";
  for (const file of readdirSync(migrations).sort())
    database.exec(readFileSync(join(migrations, file), "utf8"));
}

function failed(text) {
  console.log(JSON.stringify({ error: { text } }));
  process.exit(1);
}

if (fault === "lost before") failed("fetch failed");
const script = args[args.indexOf("--command") + 1];
const answers = [];
database.exec("PRAGMA foreign_keys = on; BEGIN");
try {
  for (const sql of script.split(";\n")) {
    const results = database.prepare(sql).all();
    answers.push({ results, success: true, meta: { size_after: 8_500_000_000 } });
  }
  database.exec("COMMIT");
} catch (error) {
  failed(`${/** @type {Error} */ (error).message}: SQLITE_CONSTRAINT`);
}
if (fault === "lost after") failed("fetch failed");
console.log(JSON.stringify(answers));
