/**
 * Takes the pictures of errors on a terminal for the documentation:
 * `deno run -A tools/error_pictures.ts` writes `docs/pictures/errors-light.png` and
 * `errors-dark.png`. What they show is what Sluice prints on a terminal of 80 columns.
 * Needs Linux, Chromium, curl, iproute2 and util-linux.
 */
import { launchBrowser } from "./browser.ts";
import { terminalPage } from "./error_pictures/page.ts";
import { record } from "./error_pictures/session.ts";

const FOLDER = new URL("../docs/pictures/", import.meta.url).pathname;

const html = terminalPage(await record());
await using browser = await launchBrowser();
const page = await browser.newPage({ deviceScaleFactor: 2 });
for (const colorScheme of ["light", "dark"] as const) {
  await page.emulateMedia({ colorScheme });
  await page.setContent(html);
  await page.locator("main").screenshot({ path: `${FOLDER}errors-${colorScheme}.png` });
}
