// What holds on every screen: accessibility, languages, sizes, policies.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { texts } from "../../www/texts.js";
import { UUID } from "../http/harness.mjs";
import { HASHED, addressOf, everyVisit, names } from "./bundle.mjs";
import { cutLabels, headerRows, overflowOf, smallTargets, violationsOf } from "./looks.mjs";
import { visitScreens } from "./screens.mjs";
import { connect, finish, openAccount, settingsOf, startDashboard, withTexts } from "./support.mjs";

const PAGES = [
  "/",
  "/watchlist",
  "/new",
  "/new/many",
  "/assessments/cbqsrw_e820d47bd25339f11048c84a53b9baf3",
];
/** What the platform serves by its content. */
const FILES = names().map((name) => `${HASHED}/${name}`);

let dashboard;
before(async () => {
  dashboard = await startDashboard();
});
after(() => dashboard.close());

for (const colorScheme of ["light", "dark"]) {
  test(`axe_finds_nothing_on_any_screen_in_the_${colorScheme}_theme`, async () => {
    const page = await dashboard.open("/watchlist", { colorScheme, reducedMotion: "reduce" });
    const found = [];
    await visitScreens(dashboard, page, texts, async (screen) => {
      for (const violation of await violationsOf(page)) found.push(`${screen}: ${violation}`);
    });
    assert.deepEqual(found, []);
    await finish(page);
  });
}

for (const width of [320, 768, 3840]) {
  test(`nothing_overflows_at_a_width_of_${width}_pixels`, async () => {
    const page = await dashboard.open("/watchlist", { viewport: { width, height: 800 } });
    const wide = [];
    await visitScreens(dashboard, page, texts, async (screen) => {
      const overflowing = await overflowOf(page);
      if (overflowing.length > 0) wide.push(screen, overflowing[0]);
    });
    assert.deepEqual(wide, []);
    await finish(page);
  });
}

for (const width of [320, 390]) {
  test(`on_a_phone_of_${width}_pixels_the_header_has_two_rows_and_targets_fit_a_finger`, async () => {
    const viewport = { width, height: 800 };
    const page = await dashboard.open("/watchlist", { viewport, hasTouch: true, isMobile: true });
    const found = new Set();
    await visitScreens(dashboard, page, texts, async (screen) => {
      const rows = await headerRows(page);
      if (rows > 2) found.add(`${screen}: ${rows} rows of the header`);
      for (const target of await smallTargets(page)) found.add(`small: ${target}`);
      for (const label of await cutLabels(page)) found.add(`cut off: ${label}`);
    });
    assert.deepEqual([...found], []);
    await finish(page);
  });
}

test("what_a_phone_folds_away_comes_when_it_is_asked_for", async () => {
  const page = await dashboard.open("/watchlist", { viewport: { width: 320, height: 800 } });
  await connect(page);
  const leave = page.getByRole("button", { name: texts.connection.disconnect });
  assert.equal(await leave.isVisible(), false);
  await openAccount(page);
  await leave.waitFor();
  assert.deepEqual(await overflowOf(page), []);
  assert.deepEqual(await violationsOf(page), []);
  await leave.click();
  await page.getByRole("button", { name: texts.connection.connect }).waitFor();
  await finish(page);
});

for (const colorScheme of ["light", "dark"]) {
  test(`the_track_of_a_score_can_be_seen_in_the_${colorScheme}_theme`, async () => {
    const complete = dashboard.offer.assessment_ids.at(-1);
    const page = await dashboard.open(`/assessments/${complete}`, { colorScheme });
    await connect(page);
    await page.locator(".ring-track").waitFor();
    const contrast = await page.evaluate(() => {
      const lightness = (color) => {
        const parts = (color.match(/[\d.]+/g) ?? []).map((part) => {
          const share = Number(part) / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
      };
      const styleOf = (selector) =>
        getComputedStyle(/** @type {Element} */ (document.querySelector(selector)));
      const colors = [styleOf(".ring-track").stroke, styleOf(".card").backgroundColor];
      const [darker, lighter] = colors.map(lightness).sort((a, b) => a - b);
      return (lighter + 0.05) / (darker + 0.05);
    });
    assert.ok(contrast >= 1.6, `${contrast}`);
    await finish(page);
  });
}

/**
 * A language of which every letter can be told from the texts': each text in
 * brackets, from right to left.
 */
function pseudo(value) {
  if (typeof value === "string") return value === "" ? value : `⟦${value}⟧`;
  if (typeof value === "function") return (...values) => pseudo(value(...values));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pseudo(inner)]));
}

test("every_text_comes_from_one_place_and_the_page_turns_with_its_direction", async () => {
  const page = await dashboard.open();
  await withTexts(page, (module) =>
    module
      .replace('direction = "ltr"', 'direction = "rtl"')
      .replace("export const texts =", "const plain =")
      .concat(`${pseudo}\nexport const texts = pseudo(plain);\n`),
  );
  const foreign = new Map();
  await visitScreens(dashboard, page, pseudo(texts), async (screen) => {
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), "rtl");
    const found = await page.evaluate(() => {
      // What is data, or said by the API or the package.
      const data =
        "code, pre, bdi, time, option, .badge, .step-label, .legend-item, .fault, .banner p:not(.banner-title), .preview-name, .cell, .ring-text, [aria-hidden], .icon-only, .chip button, .tag";
      const texts = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { data: text, parentElement } = /** @type {Text} */ (walker.currentNode);
        if (!/\p{L}/u.test(text) || parentElement?.closest(data)) continue;
        if (!/^\s*⟦.*⟧[\s:]*$/su.test(text)) texts.push(text);
      }
      for (const element of document.querySelectorAll("[aria-label], [placeholder]")) {
        const label = element.getAttribute("aria-label") ?? element.getAttribute("placeholder");
        if (!label?.includes("⟦")) texts.push(label);
      }
      return texts;
    });
    for (const text of found) foreign.set(text, screen);
  });
  assert.deepEqual([...foreign], []);
  await finish(page);
});

test("nothing_shifts_while_a_page_loads_and_no_motion_is_forced_on_anyone", async () => {
  for (const path of PAGES) {
    const page = await dashboard.open(path, { reducedMotion: "reduce" });
    await page.waitForLoadState("networkidle");
    const shift = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            const shifts = /** @type {(PerformanceEntry & { value: number })[]} */ (
              list.getEntries()
            );
            for (const { value } of shifts) sum += value;
          }).observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => setTimeout(() => resolve(sum)));
        }),
    );
    assert.equal(shift, 0, path);
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter(
          (element) => Number.parseFloat(getComputedStyle(element).transitionDuration) > 0,
        ).length,
    );
    assert.equal(moving, 0, path);
    await finish(page);
  }
});

test("a_page_asks_nobody_but_its_own_server_and_for_each_file_once", async () => {
  const page = await dashboard.open("/");
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url())));
  await page.reload();
  await page.locator("h1").waitFor();
  await page.waitForLoadState("networkidle");
  assert.ok(
    requests.every(({ origin }) => origin === dashboard.url),
    requests.join(),
  );
  // The icon is the page's and the tab's.
  const icon = addressOf("icon.svg");
  const paths = requests.map(({ pathname }) => pathname).filter((path) => path !== icon);
  const others = everyVisit().filter((path) => path !== icon);
  assert.deepEqual(paths.sort(), ["/", ...others].sort());
  await finish(page);
});

/** The directives of a policy. */
const directivesOf = ({ headers }) =>
  Object.fromEntries(
    (headers.get("content-security-policy") ?? "").split(";").map((text) => {
      const [name, ...values] = text.trim().split(/\s+/);
      return [name, values.join(" ")];
    }),
  );

/** What pages and files have alike. */
function assertSecured({ headers }, path) {
  assert.equal(headers.get("x-content-type-options"), "nosniff", path);
  assert.equal(headers.get("referrer-policy"), "no-referrer", path);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin", path);
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
  assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/, path);
  assert.match(headers.get("strict-transport-security") ?? "", /^max-age=\d+$/, path);
}

test("pages_have_their_security_headers_and_a_request_id", async () => {
  for (const path of PAGES) {
    const response = await fetch(dashboard.url + path);
    await response.arrayBuffer();
    assert.equal(response.status, 200, path);
    assert.deepEqual(directivesOf(response), {
      "default-src": "'none'",
      "script-src": "'self' 'wasm-unsafe-eval'",
      "style-src": "'self'",
      "img-src": "'self'",
      "worker-src": "'self'",
      "connect-src": "'self'",
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
      "require-trusted-types-for": "'script'",
      "trusted-types": "service-worker",
    });
    assertSecured(response, path);
    assert.match(response.headers.get("x-coverbase-request-id") ?? "", UUID);
  }
});

test("files_are_served_without_the_worker_for_ever_and_with_their_security_headers", async () => {
  for (const path of [...FILES, "/dashboard/service-worker.js"]) {
    const response = await fetch(dashboard.url + path);
    await response.arrayBuffer();
    const { headers, status } = response;
    assert.equal(status, 200, path);
    assertSecured(response, path);
    assert.equal(directivesOf(response)["default-src"], "'none'", path);
    assert.equal(directivesOf(response)["frame-ancestors"], "'none'", path);
    const isHashed = path.startsWith(HASHED);
    assert.equal(
      headers.get("cache-control"),
      isHashed ? "public, max-age=31536000, immutable" : "no-cache",
      path,
    );
    assert.equal(headers.get("service-worker-allowed"), isHashed ? null : "/", path);
    // Only the Worker gives one.
    assert.equal(headers.get("x-coverbase-request-id"), null, path);
  }
});

test("a_document_that_has_not_changed_is_not_sent_again", async () => {
  const first = await fetch(`${dashboard.url}/`);
  await first.text();
  assert.equal(first.headers.get("cache-control"), "no-cache");
  const tag = first.headers.get("etag") ?? "";
  const again = await fetch(`${dashboard.url}/new`, { headers: { "if-none-match": tag } });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
  const other = await fetch(`${dashboard.url}/`, { headers: { "if-none-match": '"another"' } });
  assert.equal(other.status, 200);
  await other.text();
});

test("what_is_no_file_or_page_of_the_dashboard_is_the_apis_json_404", async () => {
  for (const [method, path] of [
    ["GET", "/dashboard/nothing.js"],
    ["GET", `${HASHED}/main-OLDNAME0.js`],
    ["POST", `${HASHED}/nothing.js`],
    ["GET", "/dashboard/settings.json"],
    ["GET", "/dashboard/"],
    ["GET", "/dashboard"],
    ["GET", "/index.html"],
    ["GET", "/_headers"],
    ["GET", "/assessments"],
    ["GET", "/assessments/a/b"],
    ["GET", "/new/"],
    ["GET", "/watchlist/"],
    ["GET", "/dashboard/../worker/entry.mjs"],
    ["GET", "/dashboard/%2e%2e/openapi.json"],
    ["POST", "/"],
    ["PUT", "/new"],
  ]) {
    const answer = await dashboard.api.sendRaw(method, path);
    const isApi = path.endsWith("openapi.json");
    assert.equal(answer.status, isApi ? 200 : 404, `${method} ${path}`);
  }
});

test("files_can_be_read_and_nothing_else", async () => {
  const [file] = FILES;
  for (const method of ["POST", "PUT", "DELETE"]) {
    const response = await fetch(dashboard.url + file, { method });
    assert.equal(response.status, 405, method);
    assert.equal(await response.text(), "");
  }
});

test("the_document_tells_of_the_demo_in_development_only", async () => {
  assert.deepEqual(await settingsOf(dashboard.url), {
    development: true,
    demo: dashboard.offer,
    session_url: null,
  });
  const deployed = await startDashboard({ development: false });
  try {
    const settings = await settingsOf(deployed.url);
    assert.deepEqual(settings, { development: false, demo: null, session_url: null });
  } finally {
    await deployed.close();
  }
});

test("the_whole_way_can_be_gone_by_keyboard", async () => {
  const page = await dashboard.open();
  const focused = () =>
    page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.activeElement);
      return element.innerText || element.getAttribute("aria-label") || element.id;
    });
  await page.keyboard.press("Tab");
  assert.equal(await focused(), texts.skipToContent);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "content");
  const reach = async (name) => {
    for (let stop = 0; stop < 60; stop++) {
      if ((await focused()) === name) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`"${name}" cannot be reached`);
  };
  await page.keyboard.press("Shift+Tab");
  await reach(texts.connection.connect);
  await page.keyboard.press("Enter");
  await reach(texts.connection.useDemo);
  await page.keyboard.press("Enter");
  await page.getByText(texts.connection.connected, { exact: true }).waitFor();
  await reach(texts.list.demo(dashboard.offer.assessment_ids.length));
  await page.keyboard.press("Enter");
  await page.getByText("2025 Globex created").waitFor();
  await reach("2025 Globex created");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "2025 Globex created" }).waitFor();
  assert.equal(await focused(), "2025 Globex created");
  await reach(texts.detail.cancel);
  await page.keyboard.press("Enter");
  assert.equal(await focused(), texts.end.keep);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await focused(), texts.detail.cancel);
  await finish(page);
});

test("without_indexeddb_the_dashboard_works_and_says_what_is_lost", async () => {
  const page = await dashboard.open();
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", {
      value: {
        open: () => {
          throw new Error("forbidden");
        },
      },
    });
  });
  await page.reload();
  await page.getByText(texts.notKept).waitFor();
  await connect(page);
  await page.getByRole("button", { name: /demo assessments/ }).click();
  await page.getByText("2025 Globex complete").waitFor();
  await finish(page);
});
