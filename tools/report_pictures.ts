/**
 * Takes screenshots of a page of `sluice bench --html` for the documentation:
 * `deno run -A tools/report_pictures.ts REPORT.html FOLDER` writes `light.png`,
 * `dark.png` and one file for each chart, such as `latency.png`. Needs Chromium.
 */
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launchBrowser } from "./browser.ts";

const WIDTH = 900;

const [REPORT, FOLDER] = Deno.args;

await main();

async function main(): Promise<void> {
  if (REPORT === undefined || FOLDER === undefined || Deno.args.length > 2) {
    return fail("Cannot take pictures: expected REPORT.html and FOLDER");
  }
  const report = await realPath(REPORT);
  if (report === null) return fail(`Cannot take pictures: found no report ${REPORT}`);
  await Deno.mkdir(FOLDER, { recursive: true });
  await using browser = await launchBrowser();
  await takePictures(browser, pathToFileURL(report).href, FOLDER);
}

async function takePictures(browser: Browser, url: string, folder: string): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 1000 },
    deviceScaleFactor: 1,
  });
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    await page.screenshot({ path: `${folder}/${colorScheme}.png`, fullPage: true });
  }
  for (const figure of await page.locator("figure").all()) {
    const id = await figure.getAttribute("id");
    if (id !== null) await figure.screenshot({ path: `${folder}/${id}.png` });
  }
}

async function realPath(path: string): Promise<string | null> {
  try {
    return await Deno.realPath(path);
  } catch {
    return null;
  }
}

function fail(message: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
  Deno.exitCode = 1;
}
