/** The page of `sluice bench --html` in a browser, opened as a file. */
import { assert, assertEquals } from "@std/assert";
import { chromium, type Page } from "playwright-core";
import { htmlReport } from "../../../src/bench/html/html_report.ts";
import type { BenchReport } from "../../../src/bench/report.ts";
import { makeCase, makeReport, makeRun, SUBJECTS } from "../../helpers/bench_report.ts";
import { findTool, testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const LAUNCH = {
  executablePath: findTool("chromium") ?? "",
  args: ["--no-sandbox"],
};
const FIGURES = ["latency", "throughput", "cpu", "memory"];
/** The colour of the first subject. */
const FIRST = { light: "#4263c8", dark: "#5a90ee" };
const HOSTILE = `</script><img src=x onerror="globalThis.ran = true"><b>`;

interface View {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
}

/** Opens a report for a function; it must load nothing, and cause no error. */
async function openReport(
  report: BenchReport,
  { width = 900, theme = "light", javaScriptEnabled = true }: View,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(file, htmlReport(report));
  const browser = await chromium.launch(LAUNCH);
  try {
    const page = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme: theme,
      javaScriptEnabled,
    });
    const requests: string[] = [];
    const failures: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("console", (message) => failures.push(message.text()));
    await page.goto(`file://${file}`);
    await use(page);
    assertEquals({ requests, failures }, { requests: [`file://${file}`], failures: [] });
  } finally {
    await browser.close();
    await Deno.remove(file);
  }
}

/** The number of pixels of a chart that have exactly this colour. */
async function pixelsOf(page: Page, figure: string, colour: string): Promise<number> {
  return await page.evaluate(`(() => {
    const { width, height } = document.querySelector("#${figure} canvas");
    // Copied, because the browser warns about canvases that are read often.
    const copy = new OffscreenCanvas(width, height).getContext("2d");
    copy.drawImage(document.querySelector("#${figure} canvas"), 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    const wanted = [1, 3, 5].map((at) => parseInt("${colour}".slice(at, at + 2), 16));
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (wanted.every((part, at) => data[i + at] === part) && data[i + 3] === 255) count++;
    }
    return count;
  })()`);
}

/** Waits until an expression is true. The page forbids eval, which the browser's own wait needs. */
async function holds(page: Page, expression: string): Promise<void> {
  await until(expression, () => page.evaluate<boolean>(expression));
}

/** Charts are drawn after the layout of the page. */
async function waitForCharts(page: Page): Promise<void> {
  await holds(
    page,
    `document.querySelectorAll("figure canvas").length === ${FIGURES.length}`,
  );
  await nextFrame(page);
}

/** uPlot draws in a microtask, and the theme changes before a frame. */
async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(
    `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))`,
  );
}

async function assertDrawnIn(page: Page, theme: "light" | "dark"): Promise<void> {
  const other = theme === "light" ? "dark" : "light";
  for (const figure of FIGURES) {
    const own = await pixelsOf(page, figure, FIRST[theme]);
    assert(own > 20, `${figure} has ${own} pixels of the ${theme} theme`);
    assertEquals(await pixelsOf(page, figure, FIRST[other]), 0, figure);
  }
}

for (const theme of ["light", "dark"] as const) {
  testWith(
    "chromium",
    `htmlReport() opens from a file and draws its charts, ${theme}`,
    async () => {
      await openReport(makeReport(), { theme }, async (page) => {
        await waitForCharts(page);
        await assertDrawnIn(page, theme);
        const cells = await page.locator(".figures tbody:last-child tr:nth-child(4) > *")
          .allInnerTexts();
        assertEquals(cells.slice(0, 2), ["pooled, 2 workers", "62,000\n61,070–62,744"]);
      });
    },
  );
}

testWith(
  "chromium",
  "htmlReport() follows changes of the theme, and is light on paper",
  async () => {
    await openReport(makeReport(), {}, async (page) => {
      await waitForCharts(page);
      for (
        const [colorScheme, media, drawn] of [
          ["dark", "screen", "dark"],
          ["light", "screen", "light"],
          ["dark", "screen", "dark"],
          ["dark", "print", "light"],
          ["dark", "screen", "dark"],
        ] as const
      ) {
        await page.emulateMedia({ colorScheme, media });
        await nextFrame(page);
        await assertDrawnIn(page, drawn);
      }
    });
  },
);

testWith(
  "chromium",
  "htmlReport() shows hostile names as text, and runs none of them",
  async () => {
    const subject = { ...SUBJECTS.async, name: HOSTILE };
    const run = makeReport().cases[0]?.runs[0] ?? makeRun();
    const report = makeReport({
      cases: [8, 64].map((connections) => makeCase(subject, connections, [run])),
      options: { ...makeReport().options, handler: HOSTILE },
    });
    await openReport(report, {}, async (page) => {
      await waitForCharts(page);
      assertEquals(await page.locator("h1").innerText(), HOSTILE);
      assertEquals(await page.locator(".figures tbody tr th").nth(1).innerText(), `${HOSTILE}1`);
      assertEquals(await page.locator("#latency .u-label").nth(1).innerText(), HOSTILE);
      assertEquals(await page.evaluate("[globalThis.ran ?? false, document.images.length]"), [
        false,
        0,
      ]);
    });
  },
);

testWith(
  "chromium",
  "htmlReport() fits on a phone, with long names and many subjects",
  async () => {
    const { cases, options } = makeReport();
    const name = (i: number) => `/srv/${"a_long_name_of_a_handler_".repeat(3)}${i}.ts`;
    const report = makeReport({
      cases: cases.map((one, i) => ({ ...one, subject: { ...one.subject, name: name(i) } })),
      options: { ...options, handler: name(0) },
    });
    for (const one of [makeReport(), report]) {
      await openReport(one, { width: 375 }, async (page) => {
        await waitForCharts(page);
        const widths = "[document.documentElement.scrollWidth, document.body.scrollWidth]";
        assertEquals(await page.evaluate(widths), [375, 375]);
      });
    }
  },
);

testWith(
  "chromium",
  "htmlReport() redraws its charts when the window becomes narrower",
  async () => {
    await openReport(makeReport(), {}, async (page) => {
      await waitForCharts(page);
      await page.setViewportSize({ width: 375, height: 800 });
      await holds(
        page,
        `[...document.querySelectorAll("figure canvas")].every(({ clientWidth }) => clientWidth < 375)`,
      );
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 375);
      await nextFrame(page);
      await assertDrawnIn(page, "light");
    });
  },
);

testWith("chromium", "htmlReport() applies a choice of connections to all charts", async () => {
  await openReport(makeReport(), {}, async (page) => {
    await waitForCharts(page);
    assertEquals(
      await page.locator("#latency .absent").innerText(),
      [
        "Not shown, since withheld or unknown: nginx",
      ].join(),
    );
    const before = await page.locator("#memory canvas").screenshot();
    await page.locator("#latency .choice label", { hasText: /^8$/ }).click();
    assert(await page.locator("#latency .absent").isHidden());
    assertEquals(await page.locator("#latency .u-label").count(), 1 + 5);
    assert(await page.locator("#memory .choice label").first().locator("input").isChecked());
    await nextFrame(page);
    const after = await page.locator("#memory canvas").screenshot();
    assert(!before.equals(after), "memory was drawn alike");
  });
});

testWith(
  "chromium",
  "htmlReport() shows the figures under the cursor in legends, which also hide lines",
  async () => {
    await openReport(makeReport(), {}, async (page) => {
      await waitForCharts(page);
      const throughput = page.locator("#throughput");
      await throughput.locator(".u-over").hover({ position: { x: 20, y: 100 } });
      await nextFrame(page);
      assertEquals(await throughput.locator(".u-value").allInnerTexts(), [
        ...["8 connections", "41,200/s", "33,800/s", "57,400/s", "58,300/s", "88,400/s"],
      ]);
      await page.locator("#memory .u-over").hover({ position: { x: 20, y: 20 } });
      await nextFrame(page);
      assertEquals(await page.locator("#memory .u-value").allInnerTexts(), [
        ...["async", "55.3 MB", "75.3 MB"],
      ]);
      await throughput.locator(".u-label").nth(1).click();
      await page.mouse.move(0, 0);
      await nextFrame(page);
      assertEquals(await pixelsOf(page, "throughput", FIRST.light), 0);
      await page.emulateMedia({ colorScheme: "dark" });
      await nextFrame(page);
      assertEquals(await pixelsOf(page, "throughput", FIRST.dark), 0);
      await throughput.locator(".u-label").nth(1).click();
      await nextFrame(page);
      assert(await pixelsOf(page, "throughput", FIRST.dark) > 20);
    });
  },
);

testWith(
  "chromium",
  "htmlReport() copies the command, or selects it if copying is forbidden",
  async () => {
    const report = makeReport();
    await openReport(report, {}, async (page) => {
      await page.locator("#copy").click();
      await holds(page, `document.querySelector("#copy").textContent !== "Copy"`);
      const done = await page.locator("#copy").innerText();
      assert(done === "Copied" || done === "Selected", done);
      if (done === "Selected") {
        assertEquals(await page.evaluate("getSelection().toString()"), report.command);
      }
    });
  },
);

testWith(
  "chromium",
  "htmlReport() shows texts and tables without JavaScript, and no empty charts",
  async () => {
    const report = makeReport();
    await openReport(report, { javaScriptEnabled: false }, async (page) => {
      const text = await page.locator("main").innerText();
      for (
        const part of [...report.advice, report.command, "88,400", "The charts need JavaScript"]
      ) {
        assert(text.includes(part.replaceAll("`", "")), part);
      }
      assert(await page.locator("#charts").isHidden());
      assert(await page.locator("#copy").isHidden());
    });
  },
);
