// Installs the packed tarball into the projects of ./projects, runs what they
// are built with, and loads their pages in Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import { listen } from "../listen.mjs";

export const ROOT = new URL("../..", import.meta.url).pathname;
const PROJECTS = new URL("projects/", import.meta.url).pathname;

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const BODY = { vendor_id: VENDOR, control_set_ids: [], name: "Q2 ☕" };

const CREATED = {
  id: "cbqsrw_0128e42c9f5c076efa5c191794409293",
  vendor_id: VENDOR,
  name: "Q2 ☕",
  status: "created",
  control_set_ids: [],
  service_ids: [],
  assignee_id: null,
  score_percent: null,
  findings_count: 0,
  initiated_at: null,
  created_at: 1_760_000_000,
  updated_at: 1_760_000_000,
};

const WRONG_KIND = "This is a service id; a vendor id starts with cbvndr_";

/** The outcome that projects/shared/use-it.mjs must have everywhere. */
export const EXPECTED = {
  good: { ok: true, value: BODY },
  malformed: {
    ok: false,
    status: 400,
    issues: [
      { loc: ["body", "vendor_id"], msg: WRONG_KIND, type: "wrong_kind" },
      {
        loc: ["body", "control_set_ids", 0],
        msg: "This has no underscore after a prefix; a control set id (cbctst_...) is expected",
        type: "missing_separator",
      },
    ],
  },
  untyped: {
    ok: false,
    status: 422,
    issues: [
      { loc: ["body", "vendor_id"], msg: "Input should be a valid string", type: "string_type" },
      { loc: ["body", "control_set_ids"], msg: "Field required", type: "missing" },
    ],
  },
  parsed: { id: VENDOR, kind: "vendor", prefix: "cbvndr" },
  refused: {
    isOurs: true,
    name: "IdError",
    message: WRONG_KIND,
    code: "wrong_kind",
    offset: 0,
    expected: "vendor",
    actual: "service",
  },
  created: { status: 200, attempts: 1, id: CREATED.id },
  retrieved: { ...CREATED, custom_fields: [] },
};

/**
 * A stand-in of the API for pages of any origin. `takeCalls` answers what was
 * asked since it was last called, preflights left out.
 */
export async function startStandIn() {
  let calls = [];
  const server = await listening(async (request, response) => {
    const { method, url, headers } = request;
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-methods", "GET, POST");
    response.setHeader(
      "access-control-allow-headers",
      "authorization, content-type, idempotency-key",
    );
    if (method === "OPTIONS") return response.writeHead(204).end();
    const body = Buffer.concat(await request.toArray()).toString();
    const key = headers["idempotency-key"];
    const sent = [key, body && JSON.parse(body)].filter(Boolean);
    calls.push([method, url, headers.authorization, ...sent]);
    if (url.startsWith("/away/"))
      return response.writeHead(307, { location: "/v1/elsewhere" }).end();
    response.setHeader("content-type", "application/json");
    const answer = method === "POST" ? { ...CREATED, workflow_run_id: null } : EXPECTED.retrieved;
    response.end(JSON.stringify(answer));
  });
  return {
    ...server,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

/** Checks an outcome of use-it.mjs, and that the stand-in was asked just once for each call. */
export function assertUsed(outcome, standIn) {
  assert.deepEqual(outcome, EXPECTED);
  assert.deepEqual(standIn.takeCalls(), [
    ["POST", "/v1/assessments", "Bearer session-token", "ticket-7", BODY],
    ["GET", `/v1/assessments/${CREATED.id}`, "Bearer session-token"],
  ]);
}

/** Checks an outcome of on-server.mjs. */
export function assertOnServer(outcome, standIn) {
  const redirected = `ConnectionError: No answer from the API: redirected to ${standIn.url}`;
  assert.deepEqual(outcome, { key: EXPECTED.retrieved.status, redirected });
}

/** Checks what the stand-in was asked by on-server.mjs, so many times: the redirect was not followed. */
export function assertAskedOnServer(standIn, times) {
  const path = `/v1/assessments/${CREATED.id}`;
  const once = [
    ["GET", path, "Bearer ak_live_example"],
    ["GET", `/away${path}`, "Bearer session-token"],
  ];
  assert.deepEqual(standIn.takeCalls(), Array.from({ length: times }, () => once).flat());
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves folders, one over the other, as the plainest of hosts would; `headers` are for pages. */
export function serve(folders, headers = {}) {
  return listening((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const file = folders.map((folder) => join(folder, pathname)).find(existsSync);
    if (!file) return response.writeHead(404).end();
    const extension = extname(file);
    response.writeHead(200, {
      "content-type": TYPES[extension],
      ...(extension === ".html" ? headers : {}),
    });
    response.end(readFileSync(file));
  });
}

async function listening(handler) {
  const server = createServer(handler);
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

let scratch;
let tarball;

/** A folder of this test process, gone at its end. */
function scratchFolder() {
  if (!scratch) {
    scratch = mkdtempSync(join(tmpdir(), "assessments-package-"));
    process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
  }
  return scratch;
}

/** The package, packed now. */
export function pack() {
  tarball ??= (async () => {
    const { stdout } = await run("npm", ["pack", join(ROOT, "pkg"), "--json", "--ignore-scripts"], {
      cwd: scratchFolder(),
    });
    const [{ filename, files }] = Object.values(JSON.parse(stdout));
    return { file: join(scratchFolder(), filename), files: files.map(({ path }) => path) };
  })();
  return tarball;
}

const installed = new Map();

/**
 * A copy of a project with its locked dependencies and the packed tarball
 * installed, beside the sources that all projects share.
 */
export function install(name) {
  return installOf(
    name,
    [name, "shared"].map((source) => join(PROJECTS, source)),
  );
}

/** The same of an example, without any sources but its own. */
export function installExample(name) {
  return installOf(name, [join(ROOT, "examples", name)]);
}

function installOf(name, sources) {
  if (!installed.has(name)) installed.set(name, installAnew(name, sources));
  return installed.get(name);
}

async function installAnew(name, sources) {
  const { file } = await pack();
  const folder = join(scratchFolder(), name);
  mkdirSync(folder, { recursive: true });
  for (const source of sources) cpSync(source, folder, { recursive: true });
  const npm = (...args) =>
    run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], {
      cwd: folder,
    });
  // A project without dependencies has no lock file, and nothing to hold to it.
  if (existsSync(join(folder, "package-lock.json"))) await npm("ci");
  await npm("install", "--no-save", "--no-package-lock", file);
  return folder;
}

// What the environment of a test says is not meant for the tools of a project.
const { FORCE_COLOR, NODE_ENV, NODE_OPTIONS, NODE_TEST_CONTEXT, ...environment } = process.env;
const QUIET = { CI: "true", NO_COLOR: "1" };

function start(program, args, { cwd, env = {} }) {
  return spawn(program, args, {
    cwd,
    env: { ...environment, ...QUIET, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs a program to its end, which must be a good one; answers what it printed. */
export async function run(program, args, options) {
  const child = start(program, args, options);
  const texts = ["", ""];
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream.setEncoding("utf8").on("data", (text) => (texts[index] += text));
  }
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${texts.join("\n")}`);
  return { stdout: texts[0], stderr: texts[1] };
}

/** Starts a server, on a port of its choice, and waits until it prints its address. */
export async function startServer(program, args, options) {
  const child = start(program, args, options);
  const ended = new Promise((resolve) => child.on("close", resolve));
  let text = "";
  const url = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (more) => {
        text += more;
        // What comes first may end within the port.
        const found = /http:\/\/127\.0\.0\.1:\d+(?=\D)/.exec(text);
        if (found) resolve(found[0]);
      });
    }
    child.on("error", reject);
    ended.then((code) => reject(new Error(`${program} ended with ${code}:\n${text}`)));
  });
  return {
    url,
    output: () => text,
    close: () => {
      child.kill();
      return ended;
    },
  };
}

/** Program and arguments that run a script with the Node.js of the tests. */
export const node = (file, ...args) => [process.execPath, [file, ...args]];

/** How every Chromium of the tests is started. */
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Chromium, for the tests of one file.
 *
 * @param {string[]} [flags] Besides those of all.
 */
export function launchBrowser(flags = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/**
 * Loads a page, calls `look` with it, and checks that nothing went wrong in
 * it: no error or warning on the console, nothing thrown, no request that
 * failed. `look` gets the addresses of the requests, too.
 */
export async function visit(browser, url, look) {
  const page = await browser.newPage();
  const faults = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  const thrown = new Promise((resolve) => {
    page.on("pageerror", (error) => resolve(faults.push(`thrown: ${error}`)));
  });
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
  page.on("response", (response) => {
    requests.push(response.url());
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  try {
    await page.goto(url);
    // What was thrown says more than that its outcome never came.
    const looked = look(page, requests).catch((error) => error);
    const outcome = await Promise.race([looked, thrown]);
    assert.deepEqual(faults, []);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  } finally {
    await page.close();
  }
}

/** What a page of projects/shared/page.mjs found. */
export async function outcomeOf(page) {
  await page.waitForFunction(() => "outcome" in window);
  return page.evaluate(() => window.outcome);
}
