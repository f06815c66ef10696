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

/** What is pressed or chosen and is smaller than a finger needs, but for links within a text. */
export function smallTargets(page) {
  return page.evaluate(() => {
    const targets = "button, summary, select, nav a, a.button, input, label.check, [role=option]";
    return [...document.querySelectorAll(targets)]
      .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip"))
      .filter((element) => {
        // A box is pressed by its label as well.
        const isBox = element.matches("input[type=checkbox], input[type=radio]");
        const target = isBox ? (element.closest("label") ?? element) : element;
        const { height, width } = target.getBoundingClientRect();
        return height > 0 && (height < 39.5 || (element.tagName === "BUTTON" && width < 39.5));
      })
      .map((element) => {
        const { height, width } = element.getBoundingClientRect();
        const parent = element.parentElement?.className;
        const size = `${Math.round(width)} x ${Math.round(height)}`;
        return `${element.tagName} .${element.className} in .${parent}: ${size}`;
      });
  });
}

/** The labels that are cut off: more text than there is room to show. */
export function cutLabels(page) {
  return page.evaluate(() => {
    const labels =
      "button, .badge, .button, nav a, label, th, legend, summary, h1, h2, .step-label, dt";
    return [...document.querySelectorAll(labels)]
      .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip"))
      .filter((element) => {
        const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
        const isCut =
          [overflowX, overflowY].some((value) => value !== "visible") || textOverflow !== "clip";
        // One pixel is for those who do not see it.
        const isWider = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1;
        return isWider && (isCut || element.scrollWidth > element.clientWidth + 3);
      })
      .map(
        (element) =>
          `${element.outerHTML.slice(0, 80)} ${element.scrollWidth} > ${element.clientWidth}`,
      );
  });
}

/** How many rows the header has, one below the other. */
export function headerRows(page) {
  return page.evaluate(() => {
    const parts = [
      ...document.querySelectorAll(".top a, .top button, .top .connected, .top .brand"),
    ]
      .filter((element) => element.checkVisibility())
      .map((element) => element.getBoundingClientRect())
      .sort((a, b) => a.top - b.top);
    let rows = 0;
    let end = -Infinity;
    for (const { top, bottom } of parts) {
      const middle = (top + bottom) / 2;
      if (middle > end) rows += 1;
      end = Math.max(end, bottom);
    }
    return rows;
  });
}
