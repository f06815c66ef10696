// Where the focus is, and how a test moves it by keyboard.

import assert from "node:assert/strict";

/** Where the focus is: a field's name, or the name of a button. */
export const focused = (page) =>
  page.evaluate(() => {
    const active = document.activeElement;
    /** @type {HTMLElement | null | undefined} */
    const field = active?.closest("[data-field]");
    if (active instanceof HTMLInputElement) return field?.dataset.field ?? active.type;
    return active?.getAttribute("aria-label") ?? active?.textContent.trim();
  });

/**
 * Gives what has the focus a text at once. Of one that comes key by key, what was found for
 * its beginning may be shown when it is there, of which Enter takes nothing.
 */
export const typeAtOnce = (page, text) => page.keyboard.insertText(text);

/** Presses Tab until the focus is where it is wanted, as far as the page goes. */
export async function tabTo(page, wanted, key = "Tab") {
  const seen = [];
  for (let presses = 0; presses < 80; presses++) {
    const at = await focused(page);
    if (at === wanted) return;
    seen.push(at);
    await page.keyboard.press(key);
  }
  assert.fail(`Tab never reaches ${wanted}: ${seen.join(" | ")}`);
}
