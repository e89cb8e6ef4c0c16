/** A page of many files in a browser, in every mode. */
import { assert, assertEquals } from "@std/assert";
import { chromium, type Page } from "playwright-core";
import { Client } from "../../helpers/client.ts";
import { startServer } from "../../helpers/server.ts";
import { makeSite, type Site } from "../../helpers/site.ts";
import { findTool, testEachPlaceWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const LAUNCH = {
  executablePath: findTool("chromium") ?? "",
  args: ["--no-sandbox"],
};
/** Files of the page, including the page itself. */
const FILES = 50;
const STYLES = numbers(10);
const MODULES = numbers(20);
const IMAGES = numbers(19);
/** One pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5" +
  "ErkJggg==";

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A page with styles, images, and modules that import two others each. */
async function makePage(): Promise<Site> {
  const pixel = Uint8Array.from(atob(PIXEL), (character) => character.charCodeAt(0));
  const imports = (i: number) =>
    [2 * i + 1, 2 * i + 2].filter((one) => one < MODULES.length)
      .map((one) => `import "./module${one}.js";\n`).join("");
  return await makeSite({
    "index.html": [
      `<!doctype html><title>Page</title><link rel="icon" href="data:,">`,
      ...STYLES.map((i) => `<link rel="stylesheet" href="style${i}.css">`),
      `<script type="module" src="module0.js"></script>`,
      ...IMAGES.map((i) => `<img src="image${i}.png" alt="">`),
    ].join("\n"),
    ...Object.fromEntries([
      ...STYLES.map((i) => [`style${i}.css`, `html { --style${i}: "is there"; }`]),
      ...MODULES.map((i) => [`module${i}.js`, `${imports(i)}(globalThis.ran ??= []).push(${i});`]),
      ...IMAGES.map((i) => [`image${i}.png`, pixel]),
    ]),
  });
}

/** The errors of a page, which are added as they occur. */
function failuresOf(page: Page): readonly string[] {
  const failures: string[] = [];
  page.on("requestfailed", (request) => failures.push(`${request.url()} failed`));
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") failures.push(message.text());
  });
  return failures;
}

/** The numbers of styles, modules and images that were loaded. */
async function partsOf(page: Page): Promise<readonly number[]> {
  return await page.evaluate(`[
    ${STYLES.length} - document.querySelectorAll("link[rel=stylesheet]").length +
      [...document.styleSheets].filter((sheet) => sheet.cssRules.length === 1).length,
    globalThis.ran.length,
    [...document.images].filter((image) => image.naturalWidth === 1).length,
  ]`);
}

/** Revalidates all files of the page; the number of successful responses. */
async function revalidate(page: Page): Promise<number> {
  return await page.evaluate(`Promise.all(
    [location, ...performance.getEntriesByType("resource").map((entry) => entry.name)]
      .map((url) => fetch(url, { cache: "no-cache" })),
  ).then((responses) => responses.filter((response) => response.ok).length)`);
}

/** The number of responses by status, from the access log. */
async function statusesOf(accessLog: string): Promise<Readonly<Record<string, number>>> {
  const lines = (await Deno.readTextFile(accessLog)).trimEnd().split("\n");
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const status = /" (\d{3}) /.exec(line)?.[1] ?? line;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

testEachPlaceWith(
  "chromium",
  `Chromium loads a page of ${FILES} files, and then revalidates them`,
  async ({ args }) => {
    await using site = await makePage();
    const accessLog = `${site.folder}/access.log`;
    const options = ["--service", "http", "--root", site.root, "--access-log", accessLog];
    await using server = await startServer(args(...options));
    const browser = await chromium.launch(LAUNCH);
    try {
      const page = await browser.newPage();
      const failures = failuresOf(page);
      const statuses: number[] = [];
      page.on("response", (response) => statuses.push(response.status()));
      await page.goto(`http://127.0.0.1:${server.port}/`);
      await until("all responses are told", () => statuses.length >= FILES);
      assertEquals(statuses, Array(FILES).fill(200));
      assertEquals(await partsOf(page), [STYLES.length, MODULES.length, IMAGES.length]);
      await page.reload();
      assertEquals(await partsOf(page), [STYLES.length, MODULES.length, IMAGES.length]);
      assertEquals(await revalidate(page), FILES);
      assertEquals(failures, []);
    } finally {
      await browser.close();
    }
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const { 200: sent, 304: unchanged = 0, ...others } = await statusesOf(accessLog);
    assertEquals({ sent, others }, { sent: FILES, others: {} });
    assert(unchanged >= FILES, `${unchanged} responses had status 304`);
  },
);

// Browsers open connections in advance, and may never use them.
Deno.test("--mode single: a silent client blocks others for two seconds, and not for much longer", async () => {
  await using server = await startServer(["--mode", "single", "--service", "http"]);
  const started = performance.now();
  using _silent = await Client.connect(server);
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const response = await client.receiveAll();
  const seconds = (performance.now() - started) / 1000;
  assert(response.startsWith("HTTP/1.1 200 OK\r\n"), response);
  // Deadlines are late by up to two sweeps, which are a second apart; others are 10 seconds or more.
  assert(seconds > 1.9 && seconds < 9, `it took ${seconds.toFixed(1)} s`);
});

Deno.test("--mode single: a client that does not close after its last response blocks others only briefly", async () => {
  await using server = await startServer(["--mode", "single", "--service", "http"]);
  using lazy = await Client.connect(server);
  const request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  await lazy.send(request);
  assert((await lazy.receiveAll()).startsWith("HTTP/1.1 200 OK\r\n"));
  const started = performance.now();
  using client = await Client.connect(server);
  await client.send(request);
  assert((await client.receiveAll()).startsWith("HTTP/1.1 200 OK\r\n"));
  const seconds = (performance.now() - started) / 1000;
  assert(seconds < 9, `it took ${seconds.toFixed(1)} s`);
});
