/** The admin port in a real browser, with a token. */
import { assertEquals, assertMatch } from "@std/assert";
import { chromium } from "playwright-core";
import { ADMIN, adminOf } from "../../helpers/admin.ts";
import { startServer } from "../../helpers/server.ts";
import { findTool, testWith } from "../../helpers/tools.ts";

const TOKEN = "correct-horse-battery";
const LAUNCH = { executablePath: findTool("chromium") ?? "", args: ["--no-sandbox"] };

testWith(
  "chromium",
  "a browser logs in to the admin port, and only from its own pages",
  async () => {
    const tokenFile = await Deno.makeTempFile();
    await Deno.writeTextFile(tokenFile, TOKEN);
    await using server = await startServer([...ADMIN, "--admin-token-file", tokenFile]);
    const origin = `http://127.0.0.1:${adminOf(server).port}`;
    const browser = await chromium.launch(LAUNCH);
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on("console", (message) => {
      // The answer to a wrong token is an error, as it should be; a page need not have an icon.
      const isExpected = message.text().includes("401") ||
        message.location().url.endsWith("/favicon.ico");
      if (message.type() === "error" && !isExpected) failures.push(message.text());
    });
    await page.goto(`${origin}/`);
    assertEquals(page.url(), `${origin}/login`);
    await page.fill("#token", "not the right token");
    await page.click("button");
    await page.waitForSelector("[role=alert]");
    await page.fill("#token", TOKEN);
    await page.click("button");
    await page.waitForURL(`${origin}/`);
    assertMatch(await page.title(), /Sluice$/);
    const statusOf = (method: string, path: string) =>
      page.evaluate(
        async ([method, path]) => (await fetch(path ?? "", { method: method ?? "" })).status,
        [method, path],
      );
    assertEquals(await statusOf("GET", "/status"), 200);
    assertEquals(await statusOf("POST", "/reload"), 200);
    assertEquals(failures, []);
    await browser.close();
    await Deno.remove(tokenFile);
  },
);
