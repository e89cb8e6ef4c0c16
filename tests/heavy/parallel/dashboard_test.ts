/** The dashboard in a browser: what it shows of what the server sends. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { Status } from "../../../src/ops/status/status.ts";
import { busyLane, busyStatus } from "../../helpers/busy_status.ts";
import {
  type DashboardView,
  figuresOf,
  findingsOf,
  holdsIn,
  openDashboard,
  pictureOf,
  says,
} from "../../helpers/dashboard_page.ts";
import { DashboardServer } from "../../helpers/dashboard_server.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const CHARTS = ["requests", "latency", "connections-chart", "cpu", "memory", "saturation"];
const HOSTILE = `</script><img src=x onerror="globalThis.ran = true"><b>`;

/** Opens the dashboard of a new server, once the page listens. */
async function watch(
  view: DashboardView,
  use: (page: Page, server: DashboardServer) => Promise<void>,
): Promise<void> {
  await using server = new DashboardServer();
  await openDashboard(server.port, view, async (page) => {
    await says(page, "#facts", "forked");
    await use(page, server);
  });
}

/** Pushes the statuses of some seconds. */
function pushSeconds(server: DashboardServer, from: number, to: number): void {
  for (let second = from; second <= to; second++) server.push({ status: busyStatus(second) });
}

testWith("chromium", "the dashboard draws charts that move, with their figures", async () => {
  await watch({}, async (page, server) => {
    pushSeconds(server, 1, 30);
    await says(page, "#facts", "2 min 10 s");
    await says(page, "#requests .legend", "All 8,300/s");
    assertEquals(await figuresOf(page, "requests"), {
      ...{ "All": "8,300/s", "2xx": "8,051/s", "4xx": "166/s", "5xx": "83/s" },
    });
    assertEquals(await figuresOf(page, "memory"), { Server: "279 MB", Lanes: "99 MB" });
    assertEquals(await figuresOf(page, "connections-chart"), { Open: "63", Accepted: "4/s" });
    const before = await Promise.all(CHARTS.map((chart) => pictureOf(page, chart)));
    pushSeconds(server, 31, 40);
    await says(page, "#facts", "2 min 20 s");
    for (const [i, chart] of CHARTS.entries()) {
      assertNotEquals(await pictureOf(page, chart), before[i], chart);
    }
    const text = await page.locator("#requests .plot").getAttribute("aria-label") ?? "";
    assert(text.startsWith("Requests, last five minutes: All 8,300/s, from"), text);
    assert(await page.locator("#latency").isVisible());
    // Such as of echo, which has no requests.
    const { totals } = busyStatus(41);
    server.push({ status: busyStatus(41, { totals: { ...totals, durations: null } }) });
    await says(page, "#facts", "2 min 21 s");
    assert(await page.locator("#latency").isHidden());
  });
});

testWith("chromium", "the dashboard shows the figures under the cursor", async () => {
  await watch({}, async (page, server) => {
    const saturation = { ...busyStatus(0).saturation, value: 0.25 };
    /** It was low until the second 115. */
    const push = (from: number, to: number) => {
      for (let second = from; second <= to; second += 3) {
        server.push({ status: busyStatus(second, second <= 115 ? { saturation } : {}) });
      }
    };
    push(100, 130);
    await says(page, "#facts", "3 min 50 s");
    const box = await page.locator("#saturation .u-over").boundingBox();
    if (box === null) throw new Error("Cannot find the chart: expected it in the page");
    // 24 of 300 seconds before the right edge.
    await page.mouse.move(box.x + box.width * (1 - 24 / 300), box.y + 20);
    await says(page, "#saturation .legend", "Server 25%");
    push(133, 151);
    await says(page, "#facts", "4 min 11 s");
    await says(page, "#saturation .legend", /Server [56]\d%/);
    push(154, 181);
    await page.mouse.move(box.x + box.width * (1 - 75 / 300), box.y + 20);
    await says(page, "#saturation .legend", "Server 25%");
    await page.mouse.move(0, 0);
    await says(page, "#saturation .legend", /Server [56]\d%/);
  });
});

testWith("chromium", "the dashboard shows a lane that dies, and the one that comes", async () => {
  await watch({}, async (page, server) => {
    pushSeconds(server, 1, 3);
    await says(page, "#lane-table tbody tr:nth-child(2)", /^1\s+●ready\s+4,300\/s\s*52%/);
    server.push({ status: busyStatus(4, { lanes: [busyLane(4)] }) });
    await says(page, "#lane-table tr[data-tone=gone]", "✕gone");
    await says(page, "#lane-summary", "1 of 1 lane ready");
    const starting = busyLane(0, { lane: 1, pid: 5000, state: "starting" });
    server.push({ status: busyStatus(5, { lanes: [busyLane(5), starting] }) });
    await says(page, "#lane-table tr[data-tone=new]", "○starting, new");
    await says(page, "#lane-summary", "1 of 2 lanes ready");
    await says(page, "#announcements", "Lane 1 is gone");
    await says(page, "#announcements", "Lane 1 is new");
    const lanes = (second: number) => [busyLane(second), busyLane(second, { lane: 1, pid: 5000 })];
    for (const second of [6, 30]) {
      server.push({ status: busyStatus(second, { lanes: lanes(second) }) });
    }
    await holdsIn(page, `document.querySelector("#lane-table tr[data-tone=gone]") === null`);
    assertEquals(await page.locator("#lane-table tbody tr[data-tone='']").count(), 2);
  });
});

testWith(
  "chromium",
  "the dashboard shows the figures of the time that keys or a finger choose",
  async () => {
    await watch({}, async (page, server) => {
      const saturation = { ...busyStatus(0).saturation, value: 0.25 };
      const push = (from: number, to: number) => {
        for (let second = from; second <= to; second++) {
          server.push({ status: busyStatus(second, second === 26 ? { saturation } : {}) });
        }
      };
      push(1, 30);
      await says(page, "#facts", "2 min 10 s");
      const chart = page.locator("#saturation .plot");
      await chart.focus();
      for (const key of ["Home", "End", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft"]) {
        await page.keyboard.press(key);
      }
      await says(page, "#saturation .legend", "Server 25%");
      assertEquals(await chart.getAttribute("aria-valuenow"), "-4");
      assert((await chart.getAttribute("aria-valuetext"))?.includes(":26: Server 25%"));
      // All charts tell of that time, which stays while the others come.
      await says(page, "#requests h3", /at .*:26/);
      push(31, 50);
      await says(page, "#facts", "2 min 30 s");
      await says(page, "#saturation .legend", "Server 25%");
      await page.keyboard.press("Escape");
      await says(page, "#saturation .legend", /Server [56]\d%/);
      assertEquals(await page.locator("#requests h3").innerText(), "Requests");

      const touch = { pointerType: "touch", bubbles: true, clientY: 0 };
      const box = await page.locator("#saturation .u-over").boundingBox();
      const clientX = (box?.x ?? 0) + (box?.width ?? 0) * (1 - 24 / 300);
      await chart.dispatchEvent("pointerdown", { ...touch, clientX });
      await says(page, "#saturation .legend", "Server 25%");
      await page.locator("#reload").focus();
      await chart.focus();
      await page.locator("#reload").focus();
      await says(page, "#saturation .legend", /Server [56]\d%/);
    });
  },
);

testWith("chromium", "the dashboard tells what is wrong", async () => {
  await watch({}, async (page, server) => {
    assertEquals(await page.locator("#problems li").allInnerTexts(), [
      "▲Backend 127.0.0.1:9002 of app is down: refused",
    ]);
    server.push({ status: busyStatus(0, { upstreams: [] }) });
    await says(page, "#problems", /^$/);
    assert(await page.locator("#no-problem").isVisible());
    const lanes = [
      busyLane(1, { state: "hung" }),
      busyLane(1, { lane: 1, heartbeat_age_ms: 4000 }),
    ];
    server.push({
      status: busyStatus(1, {
        ...{ lanes, upstreams: [] },
        failed_generation: { generation: 2, reason: "app.ts has a syntax error" },
        crash_loop: "5 lanes died within 10 s",
      }),
      readiness: {
        ready: false,
        reasons: [{ code: "upstream_down", message: "All backends of app are down" }],
      },
      blocked: [{ lane: 0, for_s: 4.2, connection: "0-7", peer: "127.0.0.1:40000" }],
    });
    await says(page, "#state", "Serving, not ready");
    assertEquals(await page.locator("#problems li").allInnerTexts(), [
      "▲Not ready: All backends of app are down",
      "▲Lane 0 is blocked for 4 s, last turned to connection 0-7 of 127.0.0.1:40000",
      "▲Reload to generation 2 failed: app.ts has a syntax error",
      "▲Lanes are not kept alive: 5 lanes died within 10 s",
    ]);
    // The old code goes on serving.
    assertEquals(await page.locator("#problems li[data-tone=warn]").allInnerTexts(), [
      "▲Reload to generation 2 failed: app.ts has a syntax error",
    ]);
    await says(page, "#lane-table tr[data-tone=bad]", "✕hung");
    await says(page, "#lane-table tr[data-tone=warn]", "4 s");
    await says(page, "#announcements", "Lane 0 is blocked");
    server.push({
      status: busyStatus(2, { upstreams: [] }),
      readiness: { ready: true, reasons: [] },
      blocked: [],
    });
    await says(page, "#state", "Serving, ready");
    assert(await page.locator("#no-problem").isVisible());
  });
});

testWith(
  "chromium",
  "the dashboard shows records, newest first, and hostile texts as text",
  async () => {
    await watch({}, async (page, server) => {
      const time = new Date().toISOString();
      server.record({
        number: 1,
        time,
        level: "warning",
        message: "A worker hangs",
        attributes: {},
      });
      const attributes = { "sluice.lane": 1, "exception.message": HOSTILE };
      server.record({ number: 2, time, level: "error", message: HOSTILE, attributes });
      await says(page, "#record-table tbody tr:first-child", HOSTILE);
      await page.locator("#record-table summary").click();
      await says(page, "#record-table dl", `exception.message\n${HOSTILE}`);
      await says(page, "#record-table tbody tr:nth-child(2)", "▲warning");
      await says(page, "#announcements", "warning: A worker hangs");
      server.push({ status: busyStatus(1, { service: HOSTILE }) });
      await says(page, "h1", HOSTILE);
      assertEquals(await page.evaluate("[globalThis.ran ?? false, document.images.length]"), [
        ...[false, 0],
      ]);
    });
  },
);

testWith(
  "chromium",
  "the dashboard keeps working if the server tells less than it expects",
  async () => {
    await watch({}, async (page, server) => {
      const { time, pid } = busyStatus(1);
      const less: unknown[] = [null, {}, { time }, { time, pid, lanes: [{}], upstreams: [{}] }, {
        ...busyStatus(2),
        ...{ totals: null, latency: undefined, saturation: null, process: null, limits: null },
        ...{ dependencies: [{}], upstreams: [{ name: "app", backends: [{}] }] },
      }];
      for (const status of less) server.push({ status: status as Status });
      // Rates are means of a few seconds.
      pushSeconds(server, 3, 9);
      await says(page, "#requests .legend", "All 8,300/s");
    });
  },
);

for (const theme of ["light", "dark"] as const) {
  testWith(
    "chromium",
    `the dashboard has nothing that axe-core finds wrong, ${theme}`,
    async () => {
      await watch({ theme }, async (page, server) => {
        const lanes = [busyLane(4, { state: "hung" }), busyLane(0, { lane: 2, state: "starting" })];
        pushSeconds(server, 1, 3);
        server.push({
          status: busyStatus(4, { lanes }),
          blocked: [
            { lane: 0, for_s: 4.2, connection: null, peer: null },
          ],
        });
        const time = new Date().toISOString();
        for (const level of ["warning", "error"] as const) {
          const attributes = { "sluice.lane": 1 };
          server.record({ number: level.length, time, level, message: "A record", attributes });
        }
        await page.locator("#connection-details summary").click();
        await says(page, "#record-table", "warning");
        assertEquals(await findingsOf(page), []);
        await page.locator("#level").click();
        assertEquals(await findingsOf(page), []);
      });
    },
  );
}

testWith(
  "chromium",
  "the dashboard follows the system's theme, and keeps the one that is chosen",
  async () => {
    /** The colours of the paper and of the first line. */
    const colours = { light: ["rgb(255, 255, 255)"], dark: ["rgb(20, 23, 27)"] };
    const paper = (page: Page) =>
      page.evaluate("[getComputedStyle(document.body).backgroundColor]");
    await watch({ theme: "dark" }, async (page, server) => {
      pushSeconds(server, 1, 5);
      await says(page, "#requests .legend", "All 8,300/s");
      assertEquals(await paper(page), colours.dark);
      const dark = await pictureOf(page, "requests");
      await page.emulateMedia({ colorScheme: "light" });
      assertEquals(await paper(page), colours.light);
      await until(
        "the chart is drawn anew",
        async () => await pictureOf(page, "requests") !== dark,
      );
      await page.locator("#theme").selectOption("dark");
      assertEquals(await paper(page), colours.dark);
      await page.reload();
      assertEquals(await paper(page), colours.dark);
      assertEquals(await page.locator("#theme").inputValue(), "dark");
      await page.locator("#theme").selectOption("system");
      assertEquals(await paper(page), colours.light);
    });
  },
);

testWith(
  "chromium",
  "the dashboard fits on a phone, and its tables scroll by themselves",
  async () => {
    await watch({ width: 360 }, async (page, server) => {
      const service = `/srv/${"a_long_name_of_a_handler_".repeat(3)}.ts`;
      server.push({ status: busyStatus(1, { service }) });
      const time = new Date().toISOString();
      const message = "word ".repeat(40) + "a".repeat(200);
      server.record({ number: 1, time, level: "error", message, attributes: { path: service } });
      await says(page, "h1", service);
      await page.locator("#record-table summary").click();
      const widths = "[document.documentElement.scrollWidth, document.body.scrollWidth]";
      assertEquals(await page.evaluate(widths), [360, 360]);
      await page.locator("#drain").click();
      const box = await page.locator("#ask").boundingBox();
      assert(box !== null && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
      const canvas = await page.locator("#requests canvas").boundingBox();
      assert(canvas !== null && canvas.x + canvas.width <= 360, JSON.stringify(canvas));
    });
  },
);

testWith("chromium", "the dashboard takes no more memory the longer it is open", async () => {
  await watch({}, async (page, server) => {
    const session = await page.context().newCDPSession(page);
    /** Lanes come and go, one record is written, and a command is asked for. */
    const pass = async (from: number, to: number) => {
      for (let second = from; second < to; second++) {
        const lanes = [busyLane(second), busyLane(0, { lane: second, pid: second })];
        server.push({ status: busyStatus(second, { lanes }) });
        const time = new Date(second * 1000).toISOString();
        const attributes = { "sluice.worker": second };
        server.record({ number: second, time, level: "warning", message: "News", attributes });
        if (second % 100 === 0) await says(page, "#record-table", `worker ${second}`);
      }
      await says(page, "#record-table", `worker ${to - 1}`);
      await page.locator("#level").click();
      await page.locator("#ask-cancel").click();
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
      return { usedSize, nodes, jsEventListeners };
    };
    const before = await pass(1, 320);
    const after = await pass(320, 540);
    const text = JSON.stringify({ before, after });
    assert(after.usedSize < 1.2 * before.usedSize, text);
    assert(after.nodes < 1.2 * before.nodes, text);
    assert(after.jsEventListeners < 1.2 * before.jsEventListeners, text);
  });
});
