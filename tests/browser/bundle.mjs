// The dashboard's bundle: the files that the build made of it, and variants of it, as a
// deployment makes them that replaces a module of www before it builds.

import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../http/harness.mjs";

/** Where the platform serves the files of the bundle. */
export const HASHED = "/dashboard/hashed";
const FOLDER = join(ROOT, "dist/assets", HASHED);

/** The names of the files, but for source maps. */
export const names = () => readdirSync(FOLDER).filter((name) => !name.endsWith(".map"));

/** The address of the file that was made of one: `main.js`, `package.js`, `icon.svg`. */
export function addressOf(source) {
  const [stem, end] = source.split(".");
  const found = names().filter((name) => name.startsWith(`${stem}-`) && name.endsWith(`.${end}`));
  if (found.length !== 1) throw new Error(`${source}: ${found}`);
  return `${HASHED}/${found[0]}`;
}

/** What every visit loads: all but the part for those who create something. */
export const everyVisit = () =>
  names()
    .map((name) => `${HASHED}/${name}`)
    .filter((path) => path !== addressOf("forms.js"));

/**
 * The script of the dashboard with other modules: `changes` makes another text of one, by
 * its name.
 *
 * @param {Record<string, (text: string) => string>} changes
 */
async function variant(changes) {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "www/main.js")],
    bundle: true,
    format: "esm",
    target: "esnext",
    write: false,
    plugins: [
      {
        name: "variant",
        setup({ onLoad, onResolve }) {
          // What the build names by its content is served as it is.
          onResolve({ filter: /^\.\/(package\.js|icon\.svg)$/ }, ({ path, kind }) =>
            kind === "dynamic-import"
              ? { path: addressOf("package.js"), external: true }
              : { path, namespace: "icon" },
          );
          onLoad({ filter: /.*/, namespace: "icon" }, () => ({
            contents: `export default ${JSON.stringify(addressOf("icon.svg"))};`,
          }));
          onLoad({ filter: /\/www\/.*\.js$/ }, ({ path }) => {
            const change = changes[basename(path)];
            return change && { contents: change(readFileSync(path, "utf8")), loader: "js" };
          });
        },
      },
    ],
  });
  return outputFiles[0].text;
}

/** Loads a page again with other modules. */
export async function withModules(page, changes) {
  const body = await variant(changes);
  await page.route(`**${addressOf("main.js")}`, (route) =>
    route.fulfill({ contentType: "text/javascript", body }),
  );
  await page.reload();
  await page.locator("h1").first().waitFor();
}
