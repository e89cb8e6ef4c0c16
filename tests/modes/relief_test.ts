/** What happens to the clients of a blocked process in `forked` mode: others accept them. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../helpers/client.ts";
import { TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";

const CLIENTS = 100;
/** Milliseconds in which even a busy machine serves a client that waits for nothing. */
const LONG = 1500;

/** What became of a client. */
interface Visit {
  /** Its answer; "" if its connection ended without one. */
  readonly answer: string;
  /** When it came, and when it got its answer, by `performance.now()`. */
  readonly begun: number;
  readonly ended: number;
}

async function visit(server: Server): Promise<Visit> {
  const begun = performance.now();
  using client = await Client.connect(server);
  const answer = await client.ask("hello").catch(() => "");
  return { answer, begun, ended: performance.now() };
}

/** Clients come one after another for a second, whether or not others still wait. */
async function visitAll(server: Server): Promise<readonly Visit[]> {
  const visits: Promise<Visit>[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    visits.push(visit(server));
    await delay(10);
  }
  return await Promise.all(visits);
}

function assertAllServed(visits: readonly Visit[]): void {
  assertEquals(visits.filter(({ answer }) => !answer.startsWith("hello ")), []);
}

/** Asks the server to block one of its processes; resolves with when that has ended. */
async function block(culprit: Client, milliseconds: number): Promise<number> {
  assertEquals(await culprit.ask(`block ${milliseconds}`), "blocked\n");
  return performance.now();
}

/**
 * Of those that came long before its end, while others may be served slowly by a busy machine.
 *
 * @param unblocked When the blocked process ran again.
 */
function assertNoneWaited(visits: readonly Visit[], unblocked: number): void {
  assertAllServed(visits);
  const late = visits.filter(({ begun, ended }) => begun < unblocked - LONG && ended >= unblocked);
  assert(late.length <= 2, `${late.length} of ${visits.length} waited for the blocked process`);
}

Deno.test("--mode forked lets clients of a process that blocks for 5 s be served by another", async () => {
  await using server = await startServer([...workers("forked"), ...TROUBLE]);
  using culprit = await Client.connect(server);
  const blocked = block(culprit, 5000);
  const visits = await visitAll(server);
  assertNoneWaited(visits, await blocked);
  // It accepts again.
  assertAllServed(await visitAll(server));
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(server.log.at(-1)?.["sluice.connections.accepted"], 2 * CLIENTS + 1);
});

Deno.test("--mode forked resets no client that comes before a hung process is killed", async () => {
  await using server = await startServer([
    ...workers("forked"),
    ...TROUBLE,
    "--worker-timeout",
    "3s",
  ]);
  using culprit = await Client.connect(server);
  await culprit.send("hello\nloop\n");
  await culprit.receiveUntil("\n");
  // What it has accepted by now ends with it.
  await delay(200);
  const hung = () => server.records("Worker hung").length;
  while (hung() === 0) assertAllServed(await visitAll(server));
  assertEquals(hung(), 1);
});

Deno.test("a process that accepts for a blocked one serves those clients to their end when it retires", async () => {
  await using server = await startServer([...workers("forked"), ...TROUBLE]);
  using culprit = await Client.connect(server);
  const blocked = block(culprit, 3000);
  const early = await visitAll(server);
  const waiting = await Promise.all(Array.from({ length: 20 }, () => Client.connect(server)));
  for (const client of waiting) assert((await client.ask("hello")).startsWith("hello "));
  server.kill("SIGHUP");
  await server.logged((line) => line.message.startsWith("Reloaded"));
  for (const client of waiting) {
    assert((await client.ask("again")).startsWith("again "), "its connection has ended");
    client.close();
  }
  assertNoneWaited(early, await blocked);
});
