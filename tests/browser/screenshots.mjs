// Pictures of every screen, into the folder that is given: on a desktop, on a
// phone, in the dark, and some from right to left and on a wall.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  CONTROL_SETS, NORTHWIND, connect, field, finish, meddle, paste, startDashboard, submit,
} from "./support.mjs";
import { idOf } from "../http/harness.mjs";

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  "dark-phone": { viewport: { width: 390, height: 844 }, colorScheme: "dark", deviceScaleFactor: 2 },
  wall: { viewport: { width: 3840, height: 2160 } },
  rtl: { viewport: { width: 1280, height: 900 }, rtl: true },
};
const LONG = `${"An assessment with a very long name ".repeat(6)}${"x".repeat(39)}`;

const folder = process.argv[2];
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const dashboard = await startDashboard();
try {
  for (const [device, options] of Object.entries(DEVICES)) await shoot(device, options);
} finally {
  await dashboard.close();
}

async function shoot(device, { rtl, ...options }) {
  const page = await dashboard.open("/", options);
  if (rtl) {
    await page.route("**/texts.js", async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({ response, body: text.replace('direction = "ltr"', 'direction = "rtl"') });
    });
    await page.reload();
    await page.locator("h1").waitFor();
  }
  const shot = async (name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}-${device}.png`), fullPage: true });
  };
  const go = async (name) => {
    await page.getByRole("link", { name }).first().click();
    await page.locator("h1").waitFor();
  };

  await shot("list-empty");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await shot("connect");
  await page.getByLabel("Credential").fill("ak_test_wrong");
  await page.getByRole("dialog").getByRole("button", { name: "Connect" }).click();
  await page.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  await shot("connect-refused");
  await page.getByRole("button", { name: "Use the demo credential" }).click();
  await page.getByText("Connected", { exact: true }).waitFor();

  await go("New assessment");
  await shot("create-empty");
  await page.getByRole("button", { name: "Fill in an example" }).click();
  await paste(page, "control_set_ids", CONTROL_SETS.join("\n"));
  await shot("create-filled");
  await field(page, "vendor_id").fill(`${NORTHWIND.id.slice(0, -1)}x`);
  await paste(page, "control_set_ids", `${NORTHWIND.services[1].id} cbctst_12`);
  await field(page, "name").fill(LONG.repeat(2));
  await submit(page);
  await shot("create-faults");
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await page.getByRole("button", { name: "Remove all" }).first().click();
  await paste(page, "control_set_ids", Array.from({ length: 100 }, (_, n) => idOf("cbctst", n)).join(","));
  await field(page, "name").fill(LONG.slice(0, 255));
  await field(page, "trigger_workflow").fill("");
  await shot("create-100-ids");
  await submit(page);
  await page.getByRole("alert").waitFor();
  await shot("create-refused");
  await page.getByRole("button", { name: "Remove all" }).first().click();
  await meddle(page, "create", Array(5).fill("refuse"));
  await page.evaluate(() => (Math.random = () => 0));
  await submit(page);
  await page.getByRole("button", { name: "Send again" }).waitFor();
  await shot("create-unreachable");
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByText("The assessment was created.").waitFor();
  await shot("detail-created");
  await page.getByRole("button", { name: "Cancel assessment…" }).click();
  await shot("cancel");
  await page.getByRole("button", { name: "Cancel assessment", exact: true }).click();
  await page.getByText("is canceled and archived").waitFor();
  await shot("detail-canceled");

  await go("Watchlist");
  await page.getByText("More").click();
  await shot("list-one");
  await page.keyboard.press("Escape");
  await page.evaluate(async (ids) => {
    const database = await new Promise((resolve) => {
      const open = indexedDB.open("assessments", 1);
      open.onsuccess = () => resolve(open.result);
    });
    const table = database.transaction("assessments", "readwrite").objectStore("assessments");
    for (const id of ids) table.put({ id, addedAt: 0, history: [] });
  }, dashboard.offer.assessment_ids);
  await page.reload();
  await connect(page);
  await page.getByText("2025 Globex complete").waitFor();
  await page.waitForFunction(() => !document.body.innerText.includes("Not read yet"));
  await shot("list");
  await page.getByRole("button", { name: /^Analyzing Controls/ }).click();
  await shot("list-filtered");
  await page.getByRole("button", { name: /^Analyzing Controls/ }).click();
  await page.getByLabel("Search").fill("no such thing");
  await shot("list-none");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("link", { name: "2025 Globex complete" }).click();
  await page.getByText("Regulatory scope", { exact: true }).waitFor();
  await page.getByText("Raw JSON").click();
  await shot("detail-complete");
  await page.getByRole("button", { name: "Archive…" }).click();
  await shot("archive");
  await page.keyboard.press("Escape");
  await page.goto(`${dashboard.url}/assessments/${idOf("cbqsrw", "nobody")}`);
  await shot("detail-unconnected");
  await connect(page);
  await page.getByRole("heading", { name: "Assessment not found" }).waitFor();
  await shot("detail-missing");
  await page.goto(`${dashboard.url}/assessments/cbqsrw_12x`);
  await shot("detail-no-id");
  await finish(page);
}
