/** Streams whose clients leave all at once: their sources are cancelled within a second. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { MODES } from "../../src/modes/registry.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { requestText } from "../helpers/http_client.ts";
import {
  loseAllPackets,
  networkObstacle,
  startBeside,
  startServerApart,
} from "../helpers/network.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { testUnless } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";
import { Visitor } from "../helpers/visitor.ts";

/** How many clients leave at once, and how often. */
const WAVES: Readonly<Record<string, { readonly clients: number; readonly waves: number }>> = {
  single: { clients: 1, waves: 3 },
  async: { clients: 1000, waves: 1 },
  threaded: { clients: 50, waves: 4 },
  pooled: { clients: 1000, waves: 1 },
  forked: { clients: 1000, waves: 1 },
};
/**
 * How long until the last stream of a wave may be cancelled, in milliseconds: a second, and more
 * for a busy machine. Without a look for clients that have left, it would take minutes.
 */
const SOON = 8000;
const WRITE_TIMEOUT = 2000;
const PORT = 8000;
const EVENT = "data: first\n\n";
/** One event at once, and with `interval`, others later. */
const source = (interval: number) => `
export default {
  fetch(_request, { context }) {
    const event = new TextEncoder().encode(${JSON.stringify(EVENT)});
    let timer;
    return new Response(new ReadableStream({
      start: (controller) => {
        controller.enqueue(event);
        if (${interval} > 0) timer = setInterval(() => controller.enqueue(event), ${interval});
      },
      cancel: () => {
        clearInterval(timer);
        context.log.info("Cancelled");
      },
    }));
  },
};`;

function argsFor(mode: string, clients: number): string[] {
  // Each process has its own share of the limit, and the kernel does not spread clients evenly.
  const limit = mode === "single" ? [] : ["--max-connections", String(4 * clients)];
  const threads = mode === "threaded" ? ["--max-threads", String(clients + 4)] : [];
  return ["--mode", mode, ...limit, ...threads];
}

/** Waits until `count` streams in all are cancelled; milliseconds from a moment to the last of them. */
async function cancelled(server: Server, count: number, since: number): Promise<number> {
  const records = () => server.records("Cancelled");
  await until(`${count} streams are cancelled`, () => records().length >= count);
  assertEquals(records().length, count);
  return Math.max(...records().map(({ timestamp }) => Date.parse(timestamp))) - since;
}

/** Prints the figure of a test. */
function report(time: number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`The last one after ${time} ms\n`));
}

/** Each connection has one record, and a drain has nothing to wait for. */
async function isOver(
  server: Server,
  count: number,
  endedBy: readonly unknown[],
): Promise<void> {
  await until("each connection is closed", () => closed(server).length >= count);
  assertEquals(closed(server).filter((by) => !endedBy.includes(by)), []);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(closed(server).length, count);
  assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
}

function closed(server: Server): unknown[] {
  return server.records("Connection closed").map((record) => record["sluice.connection.ended_by"]);
}

for (const mode of Object.keys(MODES)) {
  const { clients, waves } = WAVES[mode] ?? { clients: 1, waves: 1 };
  const total = clients * waves;

  for (const leaving of ["closes", "resets"] as const) {
    Deno.test(`--mode ${mode}: ${total} quiet streams are cancelled when each client ${leaving}`, async () => {
      await using status = await statusFile();
      await using handler = await makeHandler(source(0));
      await using server = await startServer([
        ...[...argsFor(mode, clients), ...handler.args, ...status.args],
      ]);
      const times: number[] = [];
      for (let wave = 1; wave <= waves; wave++) {
        const visitors = await Promise.all(
          Array.from({ length: clients }, () => Visitor.open(server)),
        );
        await Promise.all(visitors.map(async (visitor) => {
          await visitor.send(requestText("GET", "/"));
          await visitor.receiveUntil(EVENT);
        }));
        await Promise.all(visitors.map((visitor) => visitor.leave(leaving)));
        times.push(await cancelled(server, wave * clients, Date.now()));
      }
      report(Math.max(...times));
      assert(Math.max(...times) < SOON, `after ${times} ms`);
      await status.says("none is open", ({ totals }) => totals.open === 0);
      await isOver(server, total, ["client"]);
    });
  }
}

const obstacle = await networkObstacle();
for (const mode of ["async", "pooled", "forked"]) {
  const { clients } = WAVES[mode] ?? { clients: 1 };
  testUnless(
    obstacle,
    `--mode ${mode}: ${clients} streams are cancelled when all clients vanish`,
    async () => {
      await using handler = await makeHandler(source(250));
      const own = ["--port", String(PORT), "--write-timeout", `${WRITE_TIMEOUT}ms`];
      await using server = await startServerApart([
        ...[...argsFor(mode, clients), ...handler.args, ...own],
      ]);
      const program = fileURLToPath(import.meta.resolve("../helpers/waiting_clients.ts"));
      const command = [Deno.execPath(), "run", "-A", "--no-check", program];
      const child = startBeside(server, [...command, String(PORT), String(clients)]);
      const reader = child.stdout.getReader();
      await reader.read();
      const lost = Date.now();
      await loseAllPackets(server);
      const time = await cancelled(server, clients, lost);
      report(time);
      assert(time < WRITE_TIMEOUT + SOON, `after ${time} ms`);
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
      // If a read and a write fail at once, only one of them learns that it was a timeout.
      await isOver(server, clients, ["timeout", "client"]);
    },
  );
}
