/** The dashboard in a browser while the server is away. */
import { assertEquals } from "@std/assert";
import { busyStatus } from "../../helpers/busy_status.ts";
import { holdsIn, openDashboard, says } from "../../helpers/dashboard_page.ts";
import { DashboardServer } from "../../helpers/dashboard_server.ts";
import { freePort } from "../../helpers/free_port.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

testWith(
  "chromium",
  "the dashboard says when it is stale, and goes on when the server is there again",
  async () => {
    await using stack = new AsyncDisposableStack();
    const port = freePort();
    const first = new DashboardServer(port);
    await openDashboard(port, { mayBeAway: true }, async (page) => {
      await says(page, "#facts", "forked");
      for (let second = 1; second < 5; second++) first.push({ status: busyStatus(second) });
      await says(page, "#requests .legend", "All 8,300/s");
      // It is stale three seconds after the last news.
      await until("it is not stale", async () => {
        first.push();
        return await page.locator("#stale").isHidden();
      });
      await first[Symbol.asyncDispose]();
      await says(page, "#stale", /No news from the server for \d+ s/);
      await says(page, "#announcements", "No news from the server");

      const second = stack.use(new DashboardServer(port));
      const restarted = { pid: 9000, uptime_s: 1, state: "starting" } as const;
      second.snapshot = { ...second.snapshot, status: busyStatus(60, restarted) };
      await until("the page listens again", () => second.listeners > 0);
      await holdsIn(page, `document.querySelector("#stale").hidden`);
      await says(page, "#facts", "9000");
      await says(page, "#announcements", "The server is there again");
      // The lines go on where they ended, and what was before is still there.
      const status = busyStatus(61, { pid: 9000, uptime_s: 2 });
      second.push({ status: { ...status, totals: { ...status.totals, open: 7 } } });
      await says(page, "#requests .legend", "All 8,300/s");
      second.push({ status: { ...busyStatus(62, { pid: 9000, uptime_s: 3 }), lanes: [] } });
      await until("the text tells both runs", async () => {
        second.push();
        const text = await page.locator("#connections-chart .plot").getAttribute("aria-label");
        return text?.includes("Open 63, from 7 to 63") ?? false;
      });
    });
  },
);

testWith(
  "chromium",
  "the dashboard logs in again if the server that is there again asks for it",
  async () => {
    await using stack = new AsyncDisposableStack();
    const port = freePort();
    const first = new DashboardServer(port);
    await openDashboard(port, { mayBeAway: true }, async (page) => {
      await says(page, "#facts", "forked");
      await first[Symbol.asyncDispose]();
      stack.use(new DashboardServer(port)).isLocked = true;
      await page.waitForURL("**/login");
      assertEquals(await page.locator("body").innerText(), "Log in");
    });
  },
);
