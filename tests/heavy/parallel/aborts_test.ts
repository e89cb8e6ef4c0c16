/** Clients that leave at any moment: nothing leaks. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { descriptorsOf, memoryOf } from "../../helpers/process.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { makeSite } from "../../helpers/site.ts";
import { statusFile } from "../../helpers/status.ts";
import { until } from "../../helpers/until.ts";
import { LEAVINGS, Visitor } from "../../helpers/visitor.ts";

/** Requests, half of them before memory is first measured. */
const REQUESTS = 100_000;
/** The same in threads, which run the same code. */
const FEW_REQUESTS = 30_000;
/** Clients at the same time. */
const CLIENTS = 32;
/** The most requests that are answered before a client leaves. */
const ANSWERED = 7;
/** The size of a file that takes several writes, in bytes. */
const LARGE = 512 * 1024;
/** The most that resident memory may grow in the second half, in bytes. */
const MEMORY_GROWTH = 20 * 1024 ** 2;
/** The same for the heap in use: a leak of 100 bytes a connection would exceed it. */
const HEAP_GROWTH = 2 * 1024 ** 2;
/**
 * Makes garbage collection available, and keeps little garbage until then. The
 * executable ignores these flags, so its heap cannot be measured.
 */
const FLAGS = { DENO_V8_FLAGS: "--expose-gc,--max-semi-space-size=1" };
const HANDLER = `
  const id = crypto.randomUUID();
  const pass = ({ body }) => ({ length: body.length, read: () => body.read(), close() {} });
  export default {
    routes: {
      "GET /": () => "Hello, World!",
      "POST /echo": (request) => ({ body: pass(request) }),
      "GET /heap": () => {
        globalThis.gc?.();
        return id + " " + (globalThis.gc === undefined ? 0 : Deno.memoryUsage().heapUsed);
      },
    },
  };`;

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const GET_LARGE = "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n";
const BODY = "0123456789".repeat(1000);
const POST = `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const CHUNK = `${BODY.length.toString(16)}\r\n${BODY}\r\n`;
const POST_CHUNKS =
  `POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNK}${CHUNK}0\r\n\r\n`;
const EXPECTING =
  `POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n`;
const REQUEST_KINDS = [GET, GET_LARGE, POST, POST_CHUNKS, EXPECTING];

/** A deterministic random number generator. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A random integer below a limit. */
  below(limit: number): number {
    // Mulberry32.
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let bits = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    bits = bits + Math.imul(bits ^ bits >>> 7, 61 | bits) ^ bits;
    return Math.floor(((bits ^ bits >>> 14) >>> 0) / 2 ** 32 * limit);
  }

  among<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** Sends one request, and receives the whole response. */
async function ask(server: Server, request: string): Promise<string> {
  using client = await Client.connect(server);
  await client.send(request);
  await client.end();
  return await client.receiveAll();
}

/** The heap in use by all workers, in bytes. */
async function heapOf(server: Server): Promise<number> {
  const heaps = new Map<string, number>();
  await until("each worker has responded", async () => {
    const response = await ask(server, "GET /heap HTTP/1.1\r\nHost: a\r\n\r\n");
    const [, id = "", bytes] = /\r\n\r\n(\S+) (\d+)$/.exec(response) ?? [];
    heaps.set(id, Number(bytes));
    return heaps.size === Number(server.log[0]?.["sluice.workers"]);
  });
  return [...heaps.values()].reduce((sum, bytes) => sum + bytes);
}

/** Completes some requests, begins some more, and leaves; the number of all of them. */
async function visit(server: Server, chance: Chance, response: string): Promise<number> {
  const visitor = await Visitor.open(server);
  const answered = chance.below(ANSWERED + 1);
  await visitor.send(GET.repeat(answered));
  await visitor.receive(answered * response.length);
  assertEquals(withoutDate(visitor.received), withoutDate(response).repeat(answered));
  const whole = Array.from({ length: chance.below(4) }, () => chance.among(REQUEST_KINDS));
  const last = chance.among(REQUEST_KINDS);
  await visitor.send(whole.join("") + last.slice(0, chance.below(last.length + 1)));
  if (whole.length > 0 && chance.below(2) === 0) {
    const least = whole[0] === GET_LARGE ? chance.below(LARGE) : 0;
    await visitor.receive(visitor.received.length + least + 1);
  }
  await visitor.leave(chance.among(LEAVINGS));
  return answered + whole.length + 1;
}

function withoutDate(responses: string): string {
  return responses.replaceAll(/^Date: .*\r\n/gm, "");
}

/** Sends at least `requests` requests from many clients. */
async function visitAll(server: Server, seed: number, requests: number): Promise<void> {
  // All responses have the same length.
  const response = await ask(server, GET);
  let sent = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async (_, i) => {
    const chance = new Chance(seed * CLIENTS + i);
    while (sent < requests) {
      const begun = await visit(server, chance, response);
      sent += begun;
    }
  }));
}

for (const [mode, requests] of [["async", REQUESTS], ["pooled", FEW_REQUESTS]] as const) {
  Deno.test(`--mode ${mode}: clients that abort ${requests} requests leave nothing behind`, async () => {
    await using status = await statusFile();
    await using site = await makeSite({ "large.bin": new Uint8Array(LARGE) });
    await using handler = await makeHandler(HANDLER);
    await using server = await startServer(
      [...workers(mode), ...handler.args, "--root", site.root, ...status.args],
      { env: FLAGS },
    );
    const isQuiet = () => status.says("none is open", ({ totals }) => totals.open === 0);
    await visitAll(server, 0, requests / 100);
    await isQuiet();
    const descriptors = descriptorsOf(server.pid);
    const half = async (seed: number) => {
      await visitAll(server, seed, requests / 2);
      await isQuiet();
      await until("the descriptors are back", () => descriptorsOf(server.pid) <= descriptors);
      return { heap: await heapOf(server), memory: memoryOf(server.pid) };
    };
    const first = await half(1);
    let [before, after] = [first, await half(2)];
    // Clients that a busy machine lets come in a crowd take more at once, but a leak goes on.
    if (after.memory - before.memory >= MEMORY_GROWTH) [before, after] = [after, await half(3)];
    const growth = `grew from ${JSON.stringify(before)} to ${JSON.stringify(after)}`;
    assert(after.memory - before.memory < MEMORY_GROWTH, growth);
    assert(after.heap - first.heap < HEAP_GROWTH, growth);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
  });
}
