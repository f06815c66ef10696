// How a page looks to those who check pages: axe-core, and whoever has little room.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../http/harness.mjs";

const AXE = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");

/** What axe finds, each with the first element that it is about. */
export async function violationsOf(page) {
  // Not as an element of the page, which its policy forbids.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

/** What is wider than the window. */
export function overflowOf(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const beyond = [...document.querySelectorAll("body *")]
      .filter((element) => !element.closest("pre, .visually-hidden, .skip, [hidden]"))
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 80));
    return scrollWidth > clientWidth ? [`${scrollWidth} wide`, ...beyond] : beyond;
  });
}
