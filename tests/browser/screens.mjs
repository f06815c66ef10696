// A walk through every screen of the dashboard, for whoever looks at them all.

import { idOf } from "../http/harness.mjs";
import {
  CONTROL_SETS,
  NORTHWIND,
  answer,
  connect,
  field,
  meddle,
  paste,
  submit,
} from "./support.mjs";

/** As long as a name may be, with a word that fits no line. */
export const LONG_NAME = `${"An assessment with a very long name ".repeat(6)}${"x".repeat(39)}`;

/**
 * Goes from screen to screen in `page`, which shows an empty list, and calls
 * `look` with the name of each. `texts` is the module with the page's texts,
 * by which things are found, whatever the language.
 */
export async function visitScreens(dashboard, page, texts, look) {
  const press = (name, within = page) =>
    within.getByRole("button", { name, exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  const go = async (name) => {
    await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
  };
  const { create, connection, detail, end, list, many, pages, selection, views } = texts;
  await page.evaluate(() => (Math.random = () => 0));

  await look("list-empty");
  await press(connection.connect);
  await look("connect");
  await dialog.locator("input[type=password]").fill("ak_test_wrong");
  await press(connection.connect, dialog);
  await dialog.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  await look("connect-refused");
  await press(connection.useDemo);
  await page.getByText(connection.connected, { exact: true }).waitFor();

  await go(pages.assessments);
  await page.locator(".table-row").first().waitFor();
  await look("assessments");
  // Whatever else there is, these are seen.
  await page.locator("input[type=search]").fill("2025 Globex");
  await page.waitForURL(/q=2025/);
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll(".table-row")];
    return rows.length > 0 && rows.every((row) => row.textContent.includes("2025 Globex"));
  });
  const box = (name) => page.getByRole("checkbox", { name: selection.select(name), exact: true });
  await box("2025 Globex complete").click();
  await box("2025 Globex created").click({ modifiers: ["Shift"] });
  await look("assessments-selected");
  await press(selection.end);
  await look("assessments-end");
  await press(selection.keep, dialog);
  await press(selection.none);
  await page.keyboard.press("Control+k");
  await dialog.getByRole("option").first().waitFor();
  await look("palette");
  await page.keyboard.press("Escape");
  await page.locator("input[type=search]").fill("no such thing");
  await page.getByText(list.noneMatch).waitFor();
  await look("assessments-none");
  await press(views.save);
  await look("view-save");
  await press(views.keep, dialog);

  await go(pages.create);
  await look("create-empty");
  await press(create.example);
  await paste(page, "control_set_ids", CONTROL_SETS.join("\n"));
  await look("create-filled");
  await field(page, "vendor_id").fill(`${NORTHWIND.id.slice(0, -1)}x`);
  await paste(page, "control_set_ids", `${NORTHWIND.services[1].id} cbctst_12`);
  await field(page, "name").fill(LONG_NAME.repeat(2));
  await submit(page);
  await look("create-faults");
  await field(page, "vendor_id").fill(NORTHWIND.id);
  await press(create.removeAll);
  const hundred = Array.from({ length: 100 }, (_, seed) => idOf("cbctst", seed));
  await paste(page, "control_set_ids", hundred.join(","));
  await field(page, "name").fill(LONG_NAME);
  await field(page, "trigger_workflow").fill("");
  await look("create-100-ids");
  await submit(page);
  await page.getByRole("alert").filter({ hasText: texts.requestId }).waitFor();
  await look("create-refused");
  await press(create.removeAll);
  await meddle(page, "create", Array(5).fill("refuse"));
  await submit(page);
  await page.getByRole("button", { name: create.again }).waitFor();
  await look("create-unreachable");
  await press(create.again);
  await page.getByText(detail.createdNotice).waitFor();
  await page.getByText(detail.noCustomFields).waitFor();
  await look("detail-created");
  await press(detail.cancel);
  await look("cancel");
  await press(end.cancelConfirm, dialog);
  await page.getByText(end.canceled).waitFor();
  await look("detail-canceled");

  await go(pages.create);
  await page.getByRole("link", { name: create.several, exact: true }).click();
  await look("many-empty");
  await paste(page, "vendors", `${NORTHWIND.name}\nGlobex Cloud\nGlobex\nNobody`);
  await page.getByText(many.unknown).waitFor();
  await page.getByText(many.looking).first().waitFor({ state: "detached" });
  await submit(page);
  await look("many-to-settle");
  for (const name of ["Globex", "Nobody"]) await press(create.remove(name));
  await meddle(page, "create", [answer(400, { error: "vendor_id: unknown" })]);
  await submit(page);
  await page.getByRole("button", { name: many.retry, exact: true }).waitFor();
  await look("many-failed");
  await press(many.retry);
  await page.getByText(many.done(2)).waitFor();
  await look("many-created");
  await press(many.startAnew);
  await go(pages.list);
  await page.getByText(list.more, { exact: true }).click();
  await look("list-menu");
  await press(list.clear);
  await look("list-clear");
  await press(list.clearConfirm, dialog);
  await press(list.demo(dashboard.offer.assessment_ids.length));
  await page.getByText("2025 Globex complete").waitFor();
  await page.waitForFunction((unread) => !document.body.innerText.includes(unread), list.unread);
  await look("list");
  await page.locator(".legend button").first().click();
  await look("list-filtered");
  await page.locator("input[type=search]").fill("no such thing");
  await look("list-none");
  await press(list.showAll);
  await page.getByRole("link", { name: "2025 Globex complete" }).click();
  await page.getByText("Regulatory scope", { exact: true }).waitFor();
  await page.getByText(detail.json, { exact: true }).click();
  await look("detail-complete");
  await press(detail.archive);
  await look("archive");
  await page.keyboard.press("Escape");
  await page.goto(`${dashboard.url}/assessments/${idOf("cbqsrw", "nobody")}`);
  await page.locator("h1").waitFor();
  await look("detail-unconnected");
  await connect(page, undefined, connection);
  await page.getByRole("heading", { name: detail.notFound }).waitFor();
  await look("detail-missing");
  await page.goto(`${dashboard.url}/assessments/cbqsrw_12x`);
  await page.locator("h1").waitFor();
  await look("detail-no-id");
}
