/** WebSockets of a browser, and many WebSockets at once. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Client } from "../../helpers/client.ts";
import { workers } from "../../helpers/modes.ts";
import { childrenOf, descriptorsOf } from "../../helpers/process.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { findTool, testEachPlaceWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const LAUNCH = {
  executablePath: findTool("chromium") ?? "",
  args: ["--no-sandbox"],
};
/**
 * The arguments of a server with a page that talks to an echo WebSocket. It is never late enough for
 * a warning, even beside the tests that run at the same time.
 */
const HANDLER = [
  ...["--worker-timeout", "60s"],
  "--handler",
  fileURLToPath(import.meta.resolve("../../handlers/websocket_page.js")),
];
/** The sizes of a browser's messages, in characters or bytes. */
const SIZES = [0, 5, 100_000];
/** WebSockets before the measurement, which open files that stay open, such as modules. */
const WARM_UP = 10;
/** WebSockets at the same time. */
const SOCKETS = 1000;
/** Messages that each of them echoes. */
const ROUNDS = 3;
/** WebSockets that are open when the server stops. */
const STOPPED = 200;

/** Waits until `count` WebSockets are closed; the code, the reason and `wasClean` of each. */
async function closes(server: Server, count: number): Promise<readonly (readonly unknown[])[]> {
  const records = () => server.records("Socket closed");
  await until(`${count} are closed`, () => records().length >= count);
  return records().map(({ code, reason, wasClean }) => [code, reason, wasClean]);
}

/** The script that makes the page send its messages, and the client or the server close. */
function talk(whoCloses: "client" | "server"): string {
  return `talk(${JSON.stringify(SIZES)}, "${whoCloses}")`;
}

/** Stops a server, which must have logged no warnings; its last record. */
async function stop(server: Server): Promise<Readonly<Record<string, unknown>>> {
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(server.records(({ severity }) => severity !== "INFO"), []);
  return server.log.at(-1) ?? {};
}

testEachPlaceWith(
  "chromium",
  "Chromium talks to the page's server over a WebSocket, and either side closes",
  async ({ args }) => {
    await using server = await startServer(args(...HANDLER));
    const browser = await chromium.launch(LAUNCH);
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.port}/`);
      const areEqual = Array(2 * SIZES.length).fill(true);
      const closed = [4001, "I am done", true];
      assertEquals(await page.evaluate(talk("client")), [areEqual, closed]);
      assertEquals(await closes(server, 1), [closed]);

      const asked = [1000, "As you like", true];
      assertEquals(await page.evaluate(talk("server")), [areEqual, asked]);
      assertEquals(await closes(server, 2), [closed, asked]);

      // A page takes its sockets with it.
      await page.evaluate("connect().then(() => {})");
      await page.goto("about:blank");
      assertEquals(await closes(server, 3), [closed, asked, [1001, "", true]]);
    } finally {
      await browser.close();
    }
    await stop(server);
  },
);

/** The next event of a type. */
function next<K extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: K,
): Promise<WebSocketEventMap[K]> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

/** Opens `count` WebSockets at the same time. */
async function open(server: Server, count: number): Promise<readonly WebSocket[]> {
  return await Promise.all(Array.from({ length: count }, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`);
    await next(socket, "open");
    return socket;
  }));
}

/** Sends a different message on each, and receives it back. */
async function exchange(sockets: readonly WebSocket[], round: number): Promise<void> {
  await Promise.all(sockets.map(async (socket, i) => {
    const echo = next(socket, "message");
    socket.send(`socket ${i}, round ${round}`);
    assertEquals((await echo).data, `socket ${i}, round ${round}`);
  }));
}

/** Waits until all are closed; the number of sockets by code. */
async function codes(sockets: readonly WebSocket[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { code } of await Promise.all(sockets.map((socket) => next(socket, "close")))) {
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

async function closeAll(sockets: readonly WebSocket[]): Promise<Readonly<Record<string, number>>> {
  const counts = codes(sockets);
  for (const socket of sockets) socket.close(1000);
  return await counts;
}

/** Sends one ordinary request, and checks that it is answered. */
async function request(server: Server): Promise<void> {
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const response = await client.receiveAll();
  assert(response.startsWith("HTTP/1.1 200 OK\r\n") && response.endsWith("</script>"), response);
}

/** Open descriptors of all processes of a server. */
function descriptors({ pid }: Server): number {
  return [pid, ...childrenOf(pid)].map(descriptorsOf).reduce((sum, count) => sum + count);
}

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: ${SOCKETS} WebSockets echo at once, other clients are served, and nothing leaks`, async () => {
    await using status = await statusFile();
    await using server = await startServer([...workers(mode), ...HANDLER, ...status.args]);
    await closeAll(await open(server, WARM_UP));
    await status.says("none is open", ({ totals }) => totals.open === 0);
    const before = descriptors(server);

    const sockets = await open(server, SOCKETS);
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all([exchange(sockets, round), request(server)]);
    }
    await status.says("all are open", ({ totals }) => totals.open === SOCKETS);
    assertEquals(await closeAll(sockets), { 1000: SOCKETS });

    await status.says("none is open", ({ totals }) => totals.open === 0);
    await until("the descriptors are back", () => descriptors(server) <= before);
    const closed = await closes(server, WARM_UP + SOCKETS);
    assertEquals(closed, Array(WARM_UP + SOCKETS).fill([1000, "", true]));
    await stop(server);
  });

  Deno.test(`--mode ${mode}: ${STOPPED} WebSockets close with 1001 when the server stops, within seconds`, async () => {
    await using server = await startServer([...workers(mode), ...HANDLER]);
    const sockets = await open(server, STOPPED);
    await exchange(sockets, 0);
    const started = performance.now();
    const [counts, last] = await Promise.all([codes(sockets), stop(server)]);
    assertEquals(counts, { 1001: STOPPED });
    assertEquals(last["sluice.connections.accepted"], STOPPED);
    assertEquals(last["sluice.connections.killed"], 0);
    assertEquals(
      await closes(server, STOPPED),
      Array(STOPPED).fill([1001, "Going away", true]),
    );
    const seconds = (performance.now() - started) / 1000;
    // Those that are not told wait for --graceful-timeout.
    assert(seconds < 15, `it took ${seconds.toFixed(1)} s`);
  });
}
