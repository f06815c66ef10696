// The example forms, built as they stand and filled in by a person in Chromium: a wrong
// id is told at its input, what nobody touched is not sent, and what is sent is right.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  ROOT,
  install,
  installExample,
  launchBrowser,
  node,
  run,
  serve,
  startStandIn,
  visit,
} from "./projects.mjs";

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const SETS = ["cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93", "cbctst_67bcd42a43537b1579d05cc5ad1b140d"];
const SERVICE = "cbsvc_61e37ff4d9e534d6009b8810cbda280a";
const WRONG_VENDOR = "This is a service id; a vendor id starts with cbvndr_";
const WRONG_SET = "Entry 2: This is a service id; a control set id starts with cbctst_";

/** The programs that check the types of each example, and the project that has them. */
const COMPILERS = {
  html: ["typescript", "typescript-5"],
  "react-hook-form": ["typescript", "typescript-5"],
  "tanstack-form": ["typescript", "typescript-5"],
  // A checker of single-file components is made for a compiler in JavaScript.
  vue: ["vue-tsc"],
};

let browser;
let standIn;
before(async () => {
  standIn = await startStandIn();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  standIn?.close();
});

/** What is told of an input: by the browser itself, or beside it in its label. */
const FAULTS = {
  html: (page, label) => page.getByLabel(label).evaluate((input) => input.validationMessage),
  beside: (page, label) =>
    page
      .getByText(label)
      .evaluate((element) => element.innerText.replace(/\s+/g, " ").trim())
      .then((text) => text.slice(label.length).trim()),
};

for (const [name, compilers] of Object.entries(COMPILERS)) {
  const faultOf = name === "html" ? FAULTS.html : FAULTS.beside;
  describe(name, () => {
    let folder;
    let site;
    before(async () => {
      folder = await installExample(`forms/${name}`);
      await run(...node("node_modules/vite/bin/vite.js", "build"), {
        cwd: folder,
        env: { VITE_API_URL: standIn.url },
      });
      site = await serve([join(folder, "dist")]);
    });
    after(() => site?.close());

    /** Opens the form as someone who is signed in, and looks at it. */
    const open = (look) =>
      visit(browser, `${site.url}/index.html`, async (page) => {
        await page.route("**/session", (route) => route.fulfill({ body: "session-token" }));
        await look(page);
      });
    const create = (page) => page.getByRole("button").click();

    /** Waits until that is told of the input. */
    async function told(page, label, expected) {
      let found;
      for (let tries = 0; tries < 100; tries++) {
        found = await faultOf(page, label);
        if (found === expected) return;
        await page.waitForTimeout(20);
      }
      assert.equal(found, expected);
    }

    test("a_wrong_id_is_told_at_its_input_and_nothing_is_sent", () =>
      open(async (page) => {
        await page.getByLabel("Vendor").fill(SERVICE);
        await told(page, "Vendor", WRONG_VENDOR);
        await page.getByLabel("Control sets").fill(`${SETS[0]}\n${SERVICE}`);
        await told(page, "Control sets, one per line", WRONG_SET);
        await create(page);
        await told(page, "Vendor", WRONG_VENDOR);
        assert.deepEqual(standIn.takeCalls(), []);
        await page.getByLabel("Vendor").fill(VENDOR);
        await told(page, "Vendor", "");
      }));

    test("what_nobody_touched_is_not_sent_and_what_was_emptied_is_neither", () =>
      open(async (page) => {
        await page.getByLabel("Vendor").fill(` ${VENDOR}`);
        await page.getByLabel("Control sets").fill(`${SETS[0]}\n${SETS[1]}\n`);
        await page.getByLabel("Assignee").fill("x");
        await page.getByLabel("Assignee").fill("");
        await told(page, "Assignee", "");
        await create(page);
        await page.getByText("Created: Q2 ☕").waitFor();
        const [[method, path, authorization, key, body], ...others] = standIn.takeCalls();
        assert.deepEqual(
          [method, path, authorization],
          ["POST", "/v1/assessments", "Bearer session-token"],
        );
        assert.match(key, /^[0-9a-f]{32}$/);
        assert.deepEqual(body, { vendor_id: VENDOR, control_set_ids: SETS });
        assert.deepEqual(others, []);
      }));

    test("a_form_that_nobody_filled_in_is_not_sent", () =>
      open(async (page) => {
        await create(page);
        if (name === "html") await page.getByText("vendor_id: Field required").waitFor();
        else await told(page, "Vendor", "Field required");
        assert.deepEqual(standIn.takeCalls(), []);
      }));

    for (const compiler of compilers) {
      test(`${compiler}_accepts_the_example_without_a_cast`, async () => {
        const program =
          compiler === "vue-tsc"
            ? "node_modules/vue-tsc/bin/vue-tsc.js"
            : join(await install("types"), "node_modules", compiler, "bin/tsc");
        await run(...node(program, "--project", "tsconfig.json"), { cwd: folder });
      });
    }
  });
}

test("the_readme_shows_what_the_examples_do", () => {
  const readme = readFileSync(join(ROOT, "pkg/README.md"), "utf8");
  const blocks = [
    ...readme.matchAll(/^```(?:js|tsx|vue)\n\/\/ (examples\/forms\/\S+)\n(.*?)^```$/gms),
  ];
  assert.deepEqual(
    blocks.map(([, file]) => file.split("/")[2]),
    Object.keys(COMPILERS),
  );
  for (const [, file, code] of blocks) {
    const lines = readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .map((line) => line.trim());
    let at = 0;
    for (const line of code.split("\n").map((line) => line.trim())) {
      // The README says where its API is, and where it leaves lines out.
      const wanted = line.replace('"https://api.example.com"', "import.meta.env.VITE_API_URL");
      if (wanted === "" || wanted === "// ...") continue;
      const found = lines.indexOf(wanted, at);
      assert.ok(found >= 0, `${file} lacks behind its line ${at}: ${wanted}`);
      at = found + 1;
    }
  }
});
