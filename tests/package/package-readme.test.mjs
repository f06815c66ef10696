// The code of the package's README is run as it stands: on the real Worker, in
// Node.js, workerd or Chromium, whichever it is for. What follows `// ->` is
// what it prints; new ids and request ids are masked on both sides.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { format, promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { createTestHarness } from "wrangler";
import * as everything from "../../pkg/dist/index.js";
import { DEMO, KEYS, ORGS, ROOT, inTemporaryFolder, startApi } from "../http/harness.mjs";
import { workflow } from "../http/workflow-support.mjs";
import { startProxy } from "./client-support.mjs";
import { launchBrowser } from "./projects.mjs";
import { untyped } from "./untyped.mjs";

const read = (path) => readFileSync(join(ROOT, "pkg", path), "utf8");
const README = read("README.md");
const DECLARATIONS = read("dist/index.d.ts");
const API = "https://api.example.com";
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The code of each section, which is told in the names of the tests. */
const blocks = README.split(/^##+ /m).flatMap((section) =>
  [...section.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code], index) => ({
    language,
    code,
    where: `${section.split("\n")[0]}, ${index + 1}`,
  })),
);
const scripts = blocks.filter(({ language }) => language === "js" || language === "ts");
const only = (test) => {
  const found = blocks.filter(test);
  assert.equal(found.length, 1, String(test));
  return found[0];
};

// Blocks that run elsewhere than in Node.js, or are no program of their own.
const form = only(({ code }) => code.includes("document.querySelector"));
const markup = only(({ language }) => language === "html");
const policy = only(({ language }) => language === "http");
const slim = only(({ code }) => code.includes("await init("));
const worker = only(({ code }) => code.includes("export default"));
const route = only(({ code }) => code.includes("export async function POST"));
const commonJs = only(({ code }) => code.includes("require("));
/** Makes the `client` and the `created` that others go on with. */
const base = only(({ code }) => /^const created = await client\.create\(/m.test(code));
/** Whether it waits for an outcome that somebody else must bring about. */
const waits = ({ code }) =>
  code.includes("await client.waitFor(") || code.includes("client.watch(");
/** Tests of runners, which testing-runners.test.mjs runs. */
const ofRunners = blocks.filter(({ code }) => /from "(vitest|@playwright\/test)"/.test(code));
const elsewhere = [form, slim, worker, route, ...ofRunners];

let api;
before(async () => {
  const data = structuredClone(DEMO);
  const event = { event: "review.approved", timeout_seconds: 3600 };
  data.orgs[0].workflows.push(workflow("readme", "vendor-review", [["wait_for_event", event]]));
  api = await startApi({ data, vars: { ENVIRONMENT: "development" } });
  process.env.ASSESSMENTS_API_KEY = KEYS.harbor;
  process.env.ASSESSMENTS_BASE_URL = api.url;
  process.env.SIGNING_SECRET = "a secret of the test";
  // What a dashboard would have, and the README leaves to it.
  globalThis.getSessionToken = async () => KEYS.harbor;
  globalThis.getSession = async () => {
    const made = await api.createSession({ user_id: ORGS.harbor.users[0].id });
    return made.json;
  };
});
after(() => api.close());

/** The block with what it goes on with, as a program. */
function program(block) {
  const goesOn = /\bclient\b/.test(block.code) && !block.code.includes("AssessmentsClient");
  return goesOn ? base.code + block.code : block.code;
}

const masked = (text) =>
  text
    .replaceAll(api.url, API)
    .replace(UUID, "<request id>")
    .replace(/(durationMs:) \d+/g, "$1 <milliseconds>")
    .trim();

/** What the program says that it prints. */
function promised(code) {
  return masked([...code.matchAll(/\/\/ -> (.*)$/gm)].map(([, line]) => line).join("\n"));
}

/** Runs in a folder where the package is installed. */
function inProject(work) {
  return inTemporaryFolder((folder) => {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(ROOT, "pkg"), join(folder, "node_modules/assessments-edge"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const write = (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    return work({ folder, write });
  });
}

/** What the block prints, run in Node.js on the real Worker. */
async function printed(t, block) {
  const lines = [];
  const print = (...values) => lines.push(...format(...values).split("\n"));
  const printing = ["log", "debug"].map((name) => t.mock.method(untyped(console), name, print));
  const extension = { ts: "ts", js: block === commonJs ? "cjs" : "mjs" }[block.language];
  await inProject(async ({ write }) => {
    const url = await serving(t, block);
    await import(write(`block.${extension}`, program(block).replaceAll(API, url)));
    // A program that does not await at its top level prints a little later.
    const count = promised(program(block)).split("\n").length;
    while (lines.length < count && !t.signal.aborted) await wait(10);
  });
  for (const { mock } of printing) mock.restore();
  return masked(lines.join("\n"));
}

/** Where the API is. It completes assessments that someone waits for. */
async function serving(t, block) {
  if (!waits(block)) return api.url;
  const { fetch } = globalThis;
  t.mock.method(globalThis, "fetch", async (url, init) => {
    const response = await fetch(url, init);
    if (init.method === "GET") {
      const id = url.split("/").at(-1);
      await api.rows("UPDATE assessments SET status = 'complete' WHERE id = ?", id);
    }
    return response;
  });
  return api.url;
}

test("the_readme_has_code_of_known_kinds_only", () => {
  const known = { html: 1, http: 1, json: 1, ts: 1, tsx: 2, vue: 1, sh: 1 };
  for (const [language, count] of Object.entries(known)) {
    assert.equal(blocks.filter((block) => block.language === language).length, count, language);
  }
  assert.equal(blocks.length, scripts.length + 7);
  assert.ok(scripts.length >= 15);
  const { name } = JSON.parse(read("package.json"));
  assert.equal(only(({ language }) => language === "sh").code, `npm install ${name}\n`);
});

describe("in Node.js", () => {
  for (const block of scripts.filter((block) => !elsewhere.includes(block))) {
    const name = `the_readme_runs_and_prints_what_it_says: ${block.where}`;
    test(name, { timeout: 30_000 }, async (t) => {
      assert.equal(await printed(t, block), promised(program(block)));
    });
  }

  test("the_route_of_the_readme_creates_and_refuses", () =>
    inProject(async ({ write }) => {
      const { POST } = await import(write("route.mjs", route.code.replaceAll(API, api.url)));
      const post = async (body, headers = {}) => {
        const request = new Request("https://dashboard.example/api/assessments", {
          method: "POST",
          headers,
          body: JSON.stringify(body),
        });
        const response = await POST(request);
        return [response.status, await response.json()];
      };
      const body = { vendor_id: "cbvndr_acf371740e5fe26c982b64185e20506c", control_set_ids: [] };
      const key = { "idempotency-key": "from-a-page" };
      const [status, created] = await post(body, key);
      assert.equal(status, 201);
      assert.deepEqual(await post(body, key), [201, created]);
      const [refused, { issues, message }] = await post({ control_set_ids: [] });
      assert.deepEqual([refused, message], [422, "vendor_id: Field required"]);
      assert.equal(issues.length, 1);
      const [missing] = await post({ ...body, trigger_workflow: "nope" });
      assert.equal(missing, 404);
    }));
});

test("the_worker_of_the_readme_runs_in_workerd", () =>
  inProject(async ({ folder, write }) => {
    const config = {
      name: "readme",
      main: write("worker.js", worker.code.replaceAll(API, api.url)),
      compatibility_date: "2026-01-01",
      vars: { ASSESSMENTS_API_KEY: KEYS.harbor },
    };
    const server = createTestHarness({ root: folder, workers: [{ config }] });
    try {
      const { url } = await server.listen();
      const post = (body) => fetch(url, { method: "POST", body: JSON.stringify(body) });
      const vendor = "cbvndr_acf371740e5fe26c982b64185e20506c";
      const created = await post({ vendor_id: vendor, control_set_ids: [] });
      assert.equal(created.status, 201);
      assert.equal((await created.json()).vendor_id, vendor);
      const refused = await post({ vendor_id: vendor });
      assert.equal(refused.status, 422);
      assert.deepEqual(
        (await refused.json()).map(({ type }) => type),
        ["missing"],
      );
    } finally {
      await server.close();
    }
  }));

describe("in Chromium", () => {
  let browser;
  let proxy;
  before(async () => {
    const page = (script) => `<!doctype html><title>README</title>
${markup.code}<script type="module" src="${script}"></script>`;
    // The page has no bundler, so the script names the file. It is on the origin of the API.
    const bundled = ({ code }, entry) =>
      code
        .replaceAll(`"${entry}"`, `"/${entry.replace("/", "-")}.js"`)
        .replace(`"${API}"`, "location.origin");
    const [name, value] = policy.code.trim().split(": ");
    proxy = await startProxy(api.url, {
      files: {
        "/": page("/form.js"),
        "/slim.html": page("/slim.js"),
        "/favicon.ico": "",
        "/session": "a-session",
        "/form.js": bundled(form, "assessments-edge"),
        "/slim.js": bundled(slim, "assessments-edge/slim"),
        "/assessments-edge.js": read("dist/index.js"),
        "/assessments-edge-slim.js": read("dist/slim.js"),
        "/assets/assessments.wasm": readFileSync(join(ROOT, "pkg/dist/assessments.wasm")),
      },
      headers: { [name]: value },
      // This version of the API knows no sessions, so each stands for a key.
      sessions: { "a-session": KEYS.harbor },
    });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await proxy?.close();
  });

  /** Opens a page, under the policy of the README; answers it and what its console says. */
  async function open(path) {
    const page = await browser.newPage();
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(`thrown: ${error}`));
    await page.goto(proxy.url + path);
    return { page, said };
  }

  test("the_form_of_the_readme_checks_as_it_is_typed_and_creates", async () => {
    const { page, said } = await open("/");
    const vendor = page.getByLabel("Vendor");
    const validity = () => vendor.evaluate((input) => input.validationMessage);
    await vendor.pressSequentially("cbsvc_61e37ff4d9e534d6009b8810cbda280a");
    assert.equal(await validity(), "This is a service id; a vendor id starts with cbvndr_");
    await page.getByRole("button").click();
    assert.deepEqual(proxy.requests, [], "what is known to be wrong is not submitted");
    await vendor.fill("cbvndr_acf371740e5fe26c982b64185e20506c");
    assert.equal(await validity(), "");
    await page.getByLabel("Name").fill("From a form");
    await page
      .getByLabel("Control sets")
      .fill("cbctst_ce94c9756bd4985b3a44b325e71cb4b8\n cbctst_67bcd42a43537b1579d05cc5ad1b140d");
    await page.getByRole("button").click();
    await page.getByText("Created: From a form").waitFor();
    const [{ body, headers }] = proxy.requests;
    const { control_set_ids: sets, ...sent } = JSON.parse(body);
    assert.equal(sets.length, 2);
    assert.deepEqual(Object.keys(sent), ["vendor_id", "name"], "nobody touched the rest");
    assert.equal(headers.authorization, "Bearer a-session");
    assert.deepEqual(said, []);
  });

  test("the_form_of_the_readme_shows_what_is_wrong_with_the_whole", async () => {
    const { page, said } = await open("/");
    await page.getByRole("button").click();
    await page.getByText("vendor_id: Field required").waitFor();
    assert.deepEqual(said, []);
  });

  test("slim_of_the_readme_prints_what_it_says", async () => {
    const { page, said } = await open("/slim.html");
    const expected = promised(slim.code);
    const count = expected.split("\n").length;
    while (said.length < count) await page.waitForEvent("console");
    assert.equal(said.join("\n"), expected);
  });
});

test("the_code_of_the_readme_has_the_types_of_the_package", () =>
  inProject(async ({ folder, write }) => {
    // The form's script is that of an example, which is checked where it is built.
    const checked = scripts.filter((block) => block !== form && !ofRunners.includes(block));
    for (const [index, block] of checked.entries()) {
      const extension = { ts: "ts", js: block === commonJs ? "cjs" : "mjs" }[block.language];
      write(`block-${index}.${extension}`, program(block));
    }
    write(
      "ambient.d.ts",
      `
      declare const process: { env: Record<string, string> };
      declare function getSessionToken(): Promise<string>;
      declare function getSession(): Promise<{ token: string; expires_at: number }>;
    `,
    );
    write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          noEmit: true,
          allowJs: true,
          checkJs: true,
          strict: true,
          noImplicitAny: false,
          useUnknownInCatchVariables: false,
          module: "nodenext",
          target: "es2022",
          lib: ["es2022", "dom", "dom.iterable"],
          types: [],
        },
        include: ["*"],
      }),
    );
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const complaints = await promisify(execFile)(process.execPath, [compiler, "-p", folder]).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => stdout + stderr,
    );
    assert.equal(complaints, "");
  }));

/** The rows of the table whose head begins so, each a list of cells. */
function table(head) {
  const lines = README.slice(README.indexOf(`| ${head} |`)).split("\n");
  const rows = lines.slice(
    2,
    lines.findIndex((line) => !line.startsWith("|")),
  );
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("the_readme_leads_to_sections_that_it_has", () => {
  const sections = Array.from(README.matchAll(/^##+ (.*)$/gm), ([, title]) =>
    title
      .toLowerCase()
      .replaceAll(" ", "-")
      .replace(/[^\w-]/g, ""),
  );
  const links = Array.from(README.matchAll(/\]\(#(.*?)\)/g), ([, section]) => section);
  assert.ok(links.length >= 10);
  assert.deepEqual(
    links.filter((section) => !sections.includes(section)),
    [],
  );
});

test("the_policy_of_an_extension_in_the_readme_is_the_one_that_is_tried", () => {
  const manifest = "tests/package/projects/pages/extension/manifest.json";
  const tried = JSON.parse(readFileSync(join(ROOT, manifest), "utf8"));
  const told = JSON.parse(only(({ language }) => language === "json").code);
  assert.deepEqual(told.content_security_policy, tried.content_security_policy);
});

test("the_readme_names_every_error_and_what_it_tells", () => {
  const rows = table("Class");
  const classes = Object.keys(everything).filter((name) => name.endsWith("Error"));
  assert.deepEqual(
    rows.map(([name]) => name.replaceAll("`", "")).sort(),
    classes.filter((name) => name !== "AssessmentsError").sort(),
  );
  for (const [name, , tells] of rows) {
    const [declaration] =
      DECLARATIONS.match(
        new RegExp(`class ${name.replaceAll("`", "")} [^{]*(\\{\\}|\\{[^]*?^\\})`, "m"),
      ) ?? [];
    for (const [, property] of tells.matchAll(/`(\w+)`/g)) {
      // The platform's own declarations have this one.
      if (property !== "cause")
        assert.match(declaration ?? name, new RegExp(`\\b${property}\\??:`), name);
    }
  }
});

test("the_readme_tells_the_defaults_that_the_types_tell", () => {
  for (const row of table("Setting")) {
    const [name, value] = row.map((cell) => cell.replaceAll("`", ""));
    assert.match(DECLARATIONS, new RegExp(`${value}\\. \\*/\\s+${name}\\?:`));
  }
});

test("the_readme_tells_the_size", () => {
  const read = (file) => readFileSync(join(ROOT, "pkg/dist", file));
  const size = (file) => gzipSync(read(file), { level: 9 }).length;
  const [, all, brotli, module, code] =
    README.match(
      /imports is (\d+) KB after gzip and (\d+) KB after brotli.*?(\d+) KB of\s+WebAssembly and (\d+) KB of code/s,
    ) ?? [];
  const close = (told, bytes) => {
    assert.ok(Math.abs(told * 1000 - bytes) < 1000, `${told} KB, ${bytes} bytes`);
  };
  close(module, size("assessments.wasm"));
  close(code, size("slim.js"));
  close(all, size("index.js"));
  close(brotli, brotliCompressSync(read("index.js")).length);
});
