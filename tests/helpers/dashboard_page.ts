/** The dashboard in a browser, for tests. */
import { assertEquals } from "@std/assert";
import axe from "axe-core";
import { chromium, type Page } from "playwright-core";
import { findTool } from "./tools.ts";
import { until } from "./until.ts";

/** How the page is looked at. */
export interface DashboardView {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  /** Whether the server may be away: the browser then reports failed requests. */
  readonly mayBeAway?: boolean;
}

/** What the browser reports if the server is away. */
const AWAY = /^Failed to load resource: (?:net::ERR_|the server responded)/;

/**
 * Opens the dashboard of an admin port for a function.
 *
 * @throws {AssertionError} If the page causes an error, or requests something from another host.
 */
export async function openDashboard(
  port: number,
  { width = 1280, theme = "light", mayBeAway = false }: DashboardView,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const executablePath = findTool("chromium") ?? "";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
    const origin = `http://127.0.0.1:${port}`;
    const strangers: string[] = [];
    const failures: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) strangers.push(url);
    });
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("console", (message) => {
      if (!mayBeAway || !AWAY.test(message.text())) failures.push(message.text());
    });
    await page.goto(`${origin}/`);
    await use(page);
    assertEquals({ strangers, failures }, { strangers: [], failures: [] });
  } finally {
    await browser.close();
  }
}

/** Waits until an expression holds in the page. */
export async function holdsIn(page: Page, expression: string): Promise<void> {
  await until(`${expression} in the page`, async () => Boolean(await page.evaluate(expression)));
}

/** Waits until an element has a text, or one that matches. */
export async function says(page: Page, selector: string, text: string | RegExp): Promise<void> {
  let last = "";
  try {
    await until(`${selector} says ${text}`, async () => {
      last = (await page.locator(selector).allInnerTexts()).join("\n");
      return typeof text === "string" ? last.includes(text) : text.test(last);
    });
  } catch (error) {
    throw new Error(`Timed out: ${selector} says "${last}", expected ${text}`, { cause: error });
  }
}

/** The figures of a chart by the names of its lines. */
export async function figuresOf(page: Page, chart: string): Promise<Record<string, string>> {
  const lines = `document.querySelectorAll("#${chart} .legend li:not([hidden])")`;
  return await page.evaluate(`Object.fromEntries([...${lines}].map((line) => {
    const figure = line.querySelector("b").textContent;
    return [line.textContent.slice(0, -figure.length).trim(), figure];
  }))`);
}

/** What a chart looks like: equal only if it has not moved. */
export async function pictureOf(page: Page, chart: string): Promise<string> {
  return await page.evaluate(`document.querySelector("#${chart} canvas").toDataURL()`);
}

/** What axe-core finds wrong, each with the elements. */
export async function findingsOf(page: Page): Promise<string[]> {
  // Not as a script element, which the page's policy forbids.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as axe.AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
