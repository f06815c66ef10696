// Pictures of every screen, into the folder that is given: on a desktop, on phones, in the
// dark, on a wall, and from right to left; and of what the people of the demo's year see,
// of which the README shows one.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { texts } from "../../www/texts.js";
import { visitScreens } from "./screens.mjs";
import { finish, startDashboard, withTexts } from "./support.mjs";
import { startYear, visitYear } from "./year.mjs";

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  "dark-phone": {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    deviceScaleFactor: 2,
  },
  wall: { viewport: { width: 3840, height: 2160 } },
  rtl: { viewport: { width: 1280, height: 900 } },
};

const folder = process.argv[2];
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

await picture(startDashboard, visitScreens);
await picture(startYear, visitYear);

/** Takes pictures of all that `visit` goes through, on every device. */
async function picture(start, visit) {
  const dashboard = await start();
  try {
    for (const [device, options] of Object.entries(DEVICES)) {
      const page = await dashboard.open("/watchlist", options);
      if (device === "rtl") {
        await withTexts(page, (module) => module.replace('direction = "ltr"', 'direction = "rtl"'));
      }
      await visit(dashboard, page, texts, (screen) =>
        page.screenshot({
          path: join(folder, `${screen}-${device}.png`),
          // Of a list that goes on and on, one window.
          fullPage: screen !== "year",
        }),
      );
      await finish(page);
    }
  } finally {
    await dashboard.close();
  }
}
