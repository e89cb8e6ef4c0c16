/** WebSockets of a browser, and many of them at once. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Client } from "../helpers/client.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf, descriptorsOf } from "../helpers/process.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { findTool, testEachModeWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

const LAUNCH = {
  executablePath: findTool("chromium") ?? "",
  args: ["--no-sandbox"],
};
/** The arguments of a server with a page that talks over a WebSocket, which is echoed. */
const HANDLER = [
  "--handler",
  fileURLToPath(import.meta.resolve("../handlers/websocket_page.js")),
];
/** Of a browser's messages: characters of texts, and bytes. */
const SIZES = [0, 5, 100_000];
/** WebSockets before the others: what is opened once, such as modules, is open then. */
const WARM_UP = 10;
/** WebSockets at once. */
const SOCKETS = 1000;
/** Messages that each of them sends, and gets back. */
const ROUNDS = 3;
/** WebSockets that are open when the server is told to stop. */
const STOPPED = 200;

/** Waits until so many WebSockets are closed; their codes and reasons, and whether it was cleanly. */
async function closes(server: Server, count: number): Promise<readonly (readonly unknown[])[]> {
  const records = () => server.records("Socket closed");
  await until(`${count} are closed`, () => records().length >= count);
  return records().map(({ code, reason, wasClean }) => [code, reason, wasClean]);
}

/** What the page does: it talks, and closes, or has the server close. */
function talk(whoCloses: "client" | "server"): string {
  return `talk(${JSON.stringify(SIZES)}, "${whoCloses}")`;
}

/** Ends a server that must have had nothing to complain about; its last word. */
async function stop(server: Server): Promise<Readonly<Record<string, unknown>>> {
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(server.records(({ severity }) => severity !== "INFO"), []);
  return server.log.at(-1) ?? {};
}

testEachModeWith(
  "chromium",
  "Chromium talks over a WebSocket to where it has the page from, and either side closes",
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

/** Opens so many WebSockets at once. */
async function open(server: Server, count: number): Promise<readonly WebSocket[]> {
  return await Promise.all(Array.from({ length: count }, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`);
    await next(socket, "open");
    return socket;
  }));
}

/** Sends a message of its own on each, and gets it back. */
async function exchange(sockets: readonly WebSocket[], round: number): Promise<void> {
  await Promise.all(sockets.map(async (socket, i) => {
    const answer = next(socket, "message");
    socket.send(`socket ${i}, round ${round}`);
    assertEquals((await answer).data, `socket ${i}, round ${round}`);
  }));
}

/** Waits until all are closed; how many with which code. */
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
  const answer = await client.receiveAll();
  assert(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("</script>"), answer);
}

/** Open descriptors of all processes of a server. */
function descriptors({ pid }: Server): number {
  return [pid, ...childrenOf(pid)].map(descriptorsOf).reduce((sum, count) => sum + count);
}

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: ${SOCKETS} WebSockets echo at once, others are served meanwhile, and nothing is left of them`, async () => {
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

  Deno.test(`--mode ${mode}: ${STOPPED} WebSockets close with 1001 when the server stops, which takes seconds`, async () => {
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
    assert(seconds < 5, `it took ${seconds.toFixed(1)} s`);
  });
}
