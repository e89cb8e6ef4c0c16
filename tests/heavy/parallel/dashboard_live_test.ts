/** The dashboard of a real server in a browser, under load. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { Status } from "../../../src/ops/status/status.ts";
import { startHttpBalancer } from "../../helpers/balancer.ts";
import { findingsOf, openDashboard, pictureOf, says } from "../../helpers/dashboard_page.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { testWith } from "../../helpers/tools.ts";
import { until, waitFor } from "../../helpers/until.ts";

const ADMIN = ["--admin", "127.0.0.1:0"];
const CHARTS = ["requests", "latency", "connections-chart", "cpu", "memory", "saturation"];

/** The port of a server's admin port. */
function adminPort({ log }: Server): number {
  const address = log.map((line) => line["sluice.admin"]).find((one) => typeof one === "string");
  return Number(String(address).split(":").at(-1));
}

async function readStatus(port: number): Promise<Status> {
  const response = await fetch(`http://127.0.0.1:${port}/status`);
  return await response.json();
}

/** Sends requests one after another on a few connections, until it is disposed. */
class RequestLoad implements AsyncDisposable {
  #isOver = false;
  readonly #clients: readonly Promise<void>[];

  constructor(readonly port: number) {
    this.#clients = Array.from({ length: 4 }, () => this.#run());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      try {
        await (await fetch(`http://127.0.0.1:${this.port}/`)).bytes();
      } catch { // Its worker was killed, or the server has drained.
      }
    }
  }
}

/** Presses a button, confirms, and waits for what it says then. */
async function command(page: Page, button: string, result: string): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  await page.locator("#ask-action").click();
  await says(page, "#result", result);
}

testWith(
  "chromium",
  "the dashboard of a forked server moves under load, shows a killed worker, and its commands work",
  async () => {
    await using server = await startServer(["--mode", "forked", "--workers", "2", ...ADMIN]);
    const port = adminPort(server);
    await openDashboard(port, { mayBeAway: true }, async (page) => {
      await says(page, "#lane-summary", "2 of 2 lanes ready");
      await using load = new RequestLoad(server.port);
      await says(page, "#requests .legend", /2xx [\d,]{2,}\/s/);
      await says(page, "#latency .legend", /p99 [\d.]+ (us|ms)/);
      const before = await Promise.all(CHARTS.map((chart) => pictureOf(page, chart)));
      for (const [i, chart] of CHARTS.entries()) {
        await until(`${chart} moves`, async () => await pictureOf(page, chart) !== before[i]);
      }

      const [victim] = (await readStatus(port)).lanes;
      assertNotEquals(victim, undefined);
      Deno.kill(victim?.pid ?? 0, "SIGKILL");
      await says(page, "#lane-table tr[data-tone=gone]", `process ${victim?.pid}`);
      await says(page, "#lane-table tr[data-tone=new]", `${victim?.lane}`);
      await says(page, "#lane-summary", "2 of 2 lanes ready");
      await says(page, "#record-table", "SIGKILL");

      await command(page, "Reload…", "Reloaded: generation 1 serves");
      await says(page, "#facts", "Generation\n1");
      await command(page, "One lane more…", "At most 3 lanes; before, 2");
      await says(page, "#lane-summary", "3 of 3 lanes ready");
      await command(page, "One lane fewer…", "At most 2 lanes; before, 3");
      await says(page, "#lane-summary", "2 of 2 lanes ready");
      await command(page, "Log level…", "The log level has changed");
      assertEquals(await findingsOf(page), []);

      await command(page, "Drain…", "The server drains");
      await load[Symbol.asyncDispose]();
      assertEquals(await server.exited, 0);
      await says(page, "#stale", "No news from the server");
    });
  },
);

testWith("chromium", "the dashboard of a real server lists and closes connections", async () => {
  await using server = await startServer(["--mode", "pooled", "--workers", "1", ...ADMIN]);
  await openDashboard(adminPort(server), {}, async (page) => {
    using conn = await Deno.connect({ port: server.port });
    const { port } = conn.localAddr as Deno.NetAddr;
    await page.locator("#connection-details summary").click();
    await says(page, "#connection-table", `127.0.0.1:${port}`);
    await page.getByRole("button", { name: `Close 127.0.0.1:${port}` }).click();
    await page.locator("#ask-action").click();
    await says(page, "#result", `The connection of 127.0.0.1:${port} is closed`);
    await says(page, "#connection-table", "There are none that match.");
    assertEquals(await conn.read(new Uint8Array(100)).catch(() => null), null);
  });
});

testWith(
  "chromium",
  "the dashboard of a real balancer drains a backend and makes it ready",
  async () => {
    await using first = await startServer(["--mode", "async"]);
    await using second = await startServer(["--mode", "async"]);
    const [drained = "", other = ""] = [first, second].map(({ port }) => `127.0.0.1:${port}`);
    await using server = await startHttpBalancer([drained, other], ...ADMIN);
    const port = adminPort(server);
    const connects = async (address: string) => {
      const { upstreams } = await readStatus(port);
      const backends = upstreams.flatMap(({ backends }) => backends);
      return backends.find((backend) => backend.address === address)?.connects ?? 0;
    };
    await openDashboard(port, {}, async (page) => {
      await says(page, "#groups", "2 of 2 available");
      await command(page, `Drain ${drained}`, `${drained} gets no new clients`);
      await says(page, "#groups tr[data-tone=warn]", "draining");
      const before = await connects(drained);
      for (let i = 0; i < 10; i++) {
        await (await fetch(`http://127.0.0.1:${server.port}/`)).bytes();
      }
      await until("the requests are counted", async () => await connects(other) > 0);
      assertEquals(await connects(drained), before);
      await command(page, `Ready ${drained}`, `${drained} is no longer drained`);
      await says(page, "#groups", "2 of 2 available");
      await waitFor("it gets clients", async () => {
        await (await fetch(`http://127.0.0.1:${server.port}/`)).bytes();
        return await connects(drained) > before || null;
      });
    });
  },
);
