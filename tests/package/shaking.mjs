// What a page ships of the package for what it imports, by every bundler.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { install, node, run } from "./projects.mjs";

/** The bundlers that are compared, each with what it does by itself for production. */
export const BUNDLERS = ["esbuild", "rollup", "rolldown", "webpack", "rspack"];

const PACKAGE = "assessments-edge";

/** What is imported: the entry, and the names, of which all that there are is `*`. */
const IMPORTS = {
  nothing: [PACKAGE, []],
  ApiError: [PACKAGE, ["ApiError"]],
  "ApiError, of errors": [`${PACKAGE}/errors`, ["ApiError"]],
  statuses: [PACKAGE, ["statuses"]],
  isId: [PACKAGE, ["isId"]],
  parseId: [PACKAGE, ["parseId"]],
  createAssessmentSchema: [PACKAGE, ["createAssessmentSchema"]],
  validateField: [PACKAGE, ["validateField"]],
  AssessmentsClient: [PACKAGE, ["AssessmentsClient"]],
  everything: [PACKAGE, ["*"]],
};

/** A script that uses what it imports in a way that no bundler can see through. */
function scriptOf([entry, names]) {
  if (names.length === 0) return `import { isId } from "${entry}";\nglobalThis.used = "";\n`;
  const imported = names[0] === "*" ? "* as all" : `{ ${names.join(", ")} }`;
  const used = names[0] === "*" ? "all" : names.join(", ");
  return `import ${imported} from "${entry}";\nglobalThis.used = [${used}];\n`;
}

const found = new Map();

/**
 * Bytes after gzip of the script that a bundler makes, by what is imported.
 *
 * @param {string} bundler
 * @returns {Promise<Record<string, number>>}
 */
export function shipped(bundler) {
  if (!found.has(bundler)) found.set(bundler, measured(bundler));
  return found.get(bundler);
}

async function measured(bundler) {
  const folder = await install("bundlers");
  mkdirSync(join(folder, "imports"), { recursive: true });
  const scripts = Object.keys(IMPORTS).map((name, index) => [name, `import-${index}.js`]);
  for (const [name, file] of scripts) {
    writeFileSync(join(folder, "imports", file), scriptOf(IMPORTS[name]));
  }
  const output = `imports/${bundler}`;
  const entries = scripts.map(([, file]) => `imports/${file}`);
  await run(...node("bundle.mjs", bundler, output, "--each", ...entries), { cwd: folder });
  return Object.fromEntries(
    scripts.map(([name, file]) => {
      const script = readFileSync(join(folder, output, file), "utf8");
      if (!script.includes("globalThis.used")) throw new Error(`${bundler}: ${name} is not used`);
      return [name, gzipSync(script, { level: 9 }).length];
    }),
  );
}
