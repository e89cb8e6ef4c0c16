/** Runs the deeds of the table against real servers, and compares what happens with it. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { MODES } from "../../src/modes/registry.ts";
import type { LogLine } from "../helpers/server.ts";
import { waitFor } from "../helpers/until.ts";
import { answerTo, type Patience, workerOf } from "./client.ts";
import { type Deed, type Outcome, outcomeOf, type Place, type Shape } from "./case.ts";
import { TortureServer } from "./host.ts";
import { THEMES } from "./table.ts";

/** Where the lanes of a mode run does not depend on them. */
const SETTINGS = {
  ...{ maxConnections: 1, maxConnectionsPerIp: 0, workers: 1 },
  ...{ minThreads: 1, maxThreads: 1, spareThreads: 0 },
};
/** All modes, and where their lanes run. */
export const PLACE_OF: Readonly<Record<string, Place>> = Object.fromEntries(
  Object.entries(MODES).map(([name, mode]) => {
    const { place } = mode.plan(SETTINGS);
    return [name, place === "here" ? "main" : place];
  }),
);

/**
 * How long a client waits for its answer, and the next one for a worker, in milliseconds:
 * longer than `--worker-timeout`, and than a busy machine needs to fill a heap.
 */
const PATIENCE = 30_000;

/** Records that a busy machine adds: of delays, and of a file that was due while none could be opened. */
const INCIDENTAL =
  /^(The event loop was blocked|Worker missed heartbeats|Cannot write the status file)/;
/** A record that may be repeated while its cause lasts. */
const REPEATED = /^Cannot accept/;

const DEEDS = THEMES.flatMap(({ deeds }) => deeds);

/** Registers a test of all deeds in one shape and mode that can share a server. */
export function testShared(mode: string, shape: Shape): void {
  const deeds = DEEDS.filter((deed) => deed.shapes.includes(shape) && deed.isAlone !== true);
  Deno.test(`--mode ${mode}: a misbehaving handler with { ${shape} } leaves other clients served`, async (t) => {
    await using server = await TortureServer.start(mode, shape, deeds);
    for (const deed of deeds) {
      const isDone = await t.step(
        `The handler ${deed.does}`,
        () => checkDeed(server, mode, shape, deed),
      );
      if (!isDone && await workerOf(server.port, shape) === null) {
        throw new Error(`Nobody is served after a handler ${deed.does}`);
      }
    }
    server.kill("SIGTERM");
    assertEquals(await server.over, 0);
  });
}

/** How many deeds run at once, each with a server of its own. */
const AT_ONCE = 3;

/** Registers a test in one mode of each deed that needs a server of its own. */
export function testAlone(mode: string): void {
  const deeds = DEEDS.filter(({ isAlone }) => isAlone === true);
  // Servers mostly wait: the next ones start meanwhile.
  const runs: Promise<void>[] = [];
  const run = (i: number) => {
    const deed = deeds[i];
    if (deed === undefined) return Promise.resolve();
    const running = runs[i] ??= checkAlone(mode, deed);
    running.catch(() => {}); // Its own test reports it.
    return running;
  };
  for (const [i, deed] of deeds.entries()) {
    const options = { sanitizeOps: false, sanitizeResources: false };
    Deno.test({
      ...{ name: `--mode ${mode}: a handler ${deed.does}`, ...options },
      async fn() {
        for (let next = 1; next < AT_ONCE; next++) void run(i + next);
        await run(i);
      },
    });
  }
}

async function checkAlone(mode: string, deed: Deed): Promise<void> {
  const [shape = "fetch"] = deed.shapes;
  await using server = await TortureServer.start(mode, shape, [deed], deed.options);
  await checkDeed(server, mode, shape, deed);
  const place = placeOf(mode);
  const { next } = outcomeOf(deed, place);
  if (deed.passing !== undefined) {
    const hasPassed = () => server.log().some(({ message }) => message === deed.passing) || null;
    await waitFor("what the handler did has passed", hasPassed);
  }
  if ((next === "same" || next === "new") && deed.harmsReload?.includes(place) !== true) {
    await checkObeys(server, shape);
  }
  if (next === "broken" && place !== "main") await checkReload(server, shape);
}

function placeOf(mode: string): Place {
  const place = PLACE_OF[mode];
  if (place === undefined) throw new Error(`Cannot test --mode ${mode}: its place is unknown`);
  return place;
}

async function checkDeed(
  server: TortureServer,
  mode: string,
  shape: Shape,
  deed: Deed,
): Promise<void> {
  const expected = outcomeOf(deed, placeOf(mode));
  const seen = server.log().length;
  const before = await workerOf(server.port, shape);
  if (before === null) throw new Error("No worker serves before the deed");
  const answer = await answerTo(server.port, shape, deed, patienceFor(deed, expected));
  if (expected.next === "broken") return;
  const wanted = pick(expected.answer, shape);
  assert(isAnswer(answer, wanted), `The client got ${answer}, expected ${wanted}`);
  const records = pick(expected.records, shape);
  if (records.some((record) => REPEATED.test(record))) await useUpDescriptors(server, seen);
  assertEquals(await nextOf(server, shape, before, expected), expected.next);
  await checkRecords(server, seen, records);
}

/**
 * How long the client waits: it may do so in vain, or see a WebSocket that stays open. But what is
 * to come before that may take as long as any answer.
 */
function patienceFor({ isWebSocket }: Deed, { answer, next }: Outcome): Patience {
  const text = JSON.stringify(answer);
  const until = (rest: number, comes: boolean) => ({ first: comes ? PATIENCE : rest, rest });
  if (text.includes("silence") || next === "broken") return until(1500, text.includes("cut off"));
  if (isWebSocket === true && text.includes("open")) return until(500, text.includes(", open"));
  return until(PATIENCE, true);
}

function pick<T>(value: T | { readonly http: T; readonly other: T }, shape: Shape): T {
  if (typeof value !== "object" || value === null || !("http" in value)) return value as T;
  return shape === "fetch" || shape === "routes" ? value.http : value.other;
}

/** Whether an answer is one of those expected, which may be cut off by three dots. */
function isAnswer(answer: string, expected: string): boolean {
  return expected.split(" or ").some((one) =>
    answer === one || (one === "closed" && answer === "reset") ||
    (one.endsWith("...") && answer.startsWith(one.slice(0, -3)))
  );
}

/**
 * Keeps clients connected until one of them cannot be accepted: a single one may get the
 * descriptor of the client before.
 */
async function useUpDescriptors(server: TortureServer, seen: number): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: 4 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
  );
  const isFull = () =>
    server.log().slice(seen).some(({ message }) => REPEATED.test(message)) || null;
  await waitFor("a client is not accepted", isFull).catch(() => {});
  for (const client of clients) client.close();
}

/** Who serves the next client. */
async function nextOf(
  server: TortureServer,
  shape: Shape,
  before: string,
  { next }: Outcome,
): Promise<Outcome["next"]> {
  const patience = next === "stuck" ? 2000 : PATIENCE;
  for (const end = performance.now() + patience; performance.now() < end;) {
    // A server or a worker that is about to end may still serve.
    if (typeof next !== "string" || next.startsWith("SIG")) {
      await waitFor("the server ends", () => server.ended, patience).catch(() => {});
    }
    if (server.ended !== null) return server.ended;
    const worker = await workerOf(server.port, shape, 1000);
    if (worker !== null && (worker !== before || next === "same")) {
      return worker === before ? "same" : "new";
    }
    await delay(20);
  }
  return "stuck";
}

/** Checks the records of level WARN and ERROR since the deed; those of a crash may come later. */
async function checkRecords(
  server: TortureServer,
  seen: number,
  expected: readonly string[],
): Promise<void> {
  const found = () =>
    server.log().slice(seen)
      .filter(({ severity, message }) => severity !== "INFO" && !INCIDENTAL.test(message))
      .map(describe)
      .filter((record, i, all) => !REPEATED.test(record) || !REPEATED.test(all[i - 1] ?? ""));
  await waitFor("the records are written", () => found().length >= expected.length || null)
    .catch(() => {});
  const records = found();
  const isSame = records.length === expected.length &&
    records.every((record, i) => isRecord(record, expected[i] ?? ""));
  if (!isSame) assertEquals(records.map((record) => record.slice(0, 300)), expected);
}

function isRecord(record: string, expected: string): boolean {
  const [message = "", error = ""] = record.split(" <- ", 2);
  const [expectedMessage = "", expectedError = ""] = expected.split(" <- ", 2);
  return message.startsWith(expectedMessage) && error.startsWith(expectedError);
}

function describe(line: LogLine): string {
  const type = line["exception.type"];
  const error = type === undefined ? line["error"] : `${type}: ${line["exception.message"]}`;
  return error === undefined ? line.message : `${line.message} <- ${error}`;
}

/** Checks that the server still reloads, and stops. */
async function checkObeys(server: TortureServer, shape: Shape): Promise<void> {
  await checkReload(server, shape);
  server.kill("SIGTERM");
  assertEquals(await server.over, 0);
}

async function checkReload(server: TortureServer, shape: Shape): Promise<void> {
  const seen = server.log().length;
  server.kill("SIGHUP");
  await waitFor(
    "the server reloads",
    () => server.log().slice(seen).find(({ message }) => message === "Reloaded") ?? null,
  );
  await waitFor("the new worker serves", () => workerOf(server.port, shape, 1000));
}
