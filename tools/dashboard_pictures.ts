/**
 * Takes screenshots of the dashboard for the documentation:
 * `deno run -A tools/dashboard_pictures.ts docs/pictures` watches a balancer under load, one of
 * whose backends and one of whose workers are killed near the end, for the five minutes that the charts show, or as many seconds as
 * a second argument says; then it writes `dashboard-light.png` and `dashboard-dark.png`. Needs
 * Chromium.
 */
import { delay } from "@std/async/delay";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import UPNG from "upng-js";
import type { LaneStatus, Status } from "../src/ops/status/status.ts";
import { ServerProcess } from "../src/testing/server_process.ts";
import { launchBrowser } from "./browser.ts";

const PROGRAM = ["run", "-A", "--no-check", fileURLToPath(new URL("../main.ts", import.meta.url))];
const THEMES = ["light", "dark"] as const;
const SIZE = { width: 1100, height: 1000 };
/** As many as the page has shades: nobody sees the difference, and files are half as large. */
const COLOURS = 200;
/** Requests a second: always, and on top of that for a while. */
const RATES = { steady: 900, burst: 700 };
/** Seconds from the death of a backend to that of a worker, in which its checks fail. */
const BETWEEN_DEATHS = 10;
/** Seconds from the death of a worker to the pictures, in which it is still shown. */
const AFTER_DEATH = 4;
const LEAST_SECONDS = BETWEEN_DEATHS + AFTER_DEATH;

const [FOLDER, SECONDS = "300"] = Deno.args;

await main();

async function main(): Promise<void> {
  const seconds = Number(SECONDS);
  if (FOLDER === undefined || !(seconds > LEAST_SECONDS) || Deno.args.length > 2) {
    const message = `Cannot take pictures: expected FOLDER, and SECONDS above ${LEAST_SECONDS}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(message));
    Deno.exitCode = 64;
    return;
  }
  await Deno.mkdir(FOLDER, { recursive: true });
  await using browser = await launchBrowser();
  await using stack = new AsyncDisposableStack();
  const backends = [];
  for (let i = 0; i < 3; i++) backends.push(await start(stack, []));
  const [first, , last] = backends;
  const upstreams = backends.flatMap(({ port }) => ["--upstream", `127.0.0.1:${port}`]);
  const balancer = await start(stack, [
    ...["--service", "proxy", "--protocol", "http", "--mode", "forked", "--workers", "2"],
    ...[...upstreams, "--admin", "127.0.0.1:0"],
    ...["--dependency", `sessions=tcp://127.0.0.1:${first?.port}`],
  ]);
  const url = `http://${balancer.log.map((record) => record["sluice.admin"]).find(Boolean)}/`;
  const pages = await openPages(browser, url);
  sendLoad(stack, balancer.port, RATES.steady, seconds);
  await delay(400 * seconds);
  sendLoad(stack, balancer.port, RATES.burst, seconds / 4);
  await delay(600 * seconds - 1000 * LEAST_SECONDS);
  last?.kill("SIGKILL");
  await delay(1000 * BETWEEN_DEATHS);
  await killWorker(url);
  // The next worker gets its share of new clients.
  sendLoad(stack, balancer.port, RATES.burst, AFTER_DEATH);
  await delay(1000 * AFTER_DEATH);
  // At once, so that both show the same.
  const pictures = await Promise.all(pages.map((page) => page.screenshot({ fullPage: true })));
  for (const [i, picture] of pictures.entries()) {
    await Deno.writeFile(`${FOLDER}/dashboard-${THEMES[i]}.png`, withFewerColours(picture));
  }
}

/** Starts a server, which ends with the stack. */
async function start(stack: AsyncDisposableStack, args: readonly string[]): Promise<ServerProcess> {
  const common = ["--log-format", "json", "--port", "0"];
  const server = new ServerProcess([...PROGRAM, ...args, ...common], {});
  stack.defer(async () => {
    server.kill("SIGKILL");
    await server.exited;
  });
  await server.serves();
  return server;
}

/** Both themes watch at the same time, so that they show the same. */
async function openPages(browser: Browser, url: string): Promise<readonly Page[]> {
  return await Promise.all(THEMES.map(async (colorScheme) => {
    const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 1, colorScheme });
    await page.goto(url);
    return page;
  }));
}

function sendLoad(stack: AsyncDisposableStack, port: number, rate: number, seconds: number): void {
  const options = { rate, connections: 24, duration: `${seconds}s` };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...PROGRAM, "load", `http://127.0.0.1:${port}/`, ...flags],
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  stack.defer(async () => {
    await child.status;
  });
}

/** Kills the process of the last lane, and waits until another one serves instead. */
async function killWorker(url: string): Promise<void> {
  const victim = (await readLanes(url)).at(-1)?.pid ?? 0;
  Deno.kill(victim, "SIGKILL");
  const isReplaced = (lanes: readonly LaneStatus[]) =>
    lanes.length > 1 && lanes.every(({ pid, state }) => pid !== victim && state === "ready");
  while (!isReplaced(await readLanes(url))) await delay(100);
}

async function readLanes(url: string): Promise<readonly LaneStatus[]> {
  const status: Status = await (await fetch(`${url}status`)).json();
  return status.lanes;
}

/** Encodes a PNG with a palette. */
function withFewerColours(png: Uint8Array): Uint8Array {
  const image = UPNG.decode(Uint8Array.from(png).buffer);
  return new Uint8Array(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, COLOURS));
}
