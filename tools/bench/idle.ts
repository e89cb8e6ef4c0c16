import { delay } from "@std/async/delay";
import { denoListen, denoServe } from "../../src/bench/peers/deno.ts";
import { nginx } from "../../src/bench/peers/nginx.ts";
import { nodeHttp } from "../../src/bench/peers/node.ts";
import { SEMI_SPACE } from "../semi_space.ts";
import type { Context } from "./comparison.ts";
import { echoWork, getWork, runGenerator, type Work } from "./generator.ts";
import {
  executable,
  HERE,
  type RunningServer,
  type Server,
  sluice,
  startServer,
  withV8Flags,
} from "./servers.ts";
import { print, printFigure } from "./table.ts";

const CONNECTIONS = 10_000;
/** Connections that a server has served before the second figure, in batches. */
const EARLIER = [2500, 2500, 2500, 2500];
/** Requests per second, one on each connection in turn. */
const RATE = 5000;
/** Time for the server to close the connections of a batch, in milliseconds. */
const SETTLE_MS = 500;
/** A server that is full closes connections instead of keeping them. */
const ROOM = 2 * CONNECTIONS;

/** A server, and what is sent to it on each connection. */
interface Subject {
  readonly server: Server;
  readonly work: Work;
}

/** The memory of one server, in KB per connection. */
interface Figures {
  readonly subject: Subject;
  readonly first: number[];
  readonly later: number[];
}

/**
 * Measures the memory of an idle connection. A new server also grows by the heap of
 * the runtime, once; the second figure leaves most of that out.
 */
export async function idle({ pairs, against, extra }: Context): Promise<void> {
  const options = ["--service", "http", "--max-connections", String(ROOM), ...extra];
  const subjects = await findSubjects(options, against);
  print(`\n${CONNECTIONS} idle connections, after one GET on each: resident memory`);
  print(`  ${pairs} new processes each, in turn; KB per connection: median, lowest..highest`);
  const all = subjects.map((subject): Figures => ({ subject, first: [], later: [] }));
  for (let pair = 0; pair < pairs; pair++) {
    for (const { subject, first, later } of all) {
      first.push(await measure(subject, []));
      later.push(await measure(subject, EARLIER));
    }
  }
  print("  On a new server");
  for (const { subject, first } of all) printFigure(subject.server.name, first);
  print(`  On one that has served ${EARLIER.length} x ${EARLIER[0]} connections before`);
  for (const { subject, later } of all) printFigure(subject.server.name, later);
}

/** Those that are installed. */
async function findSubjects(
  options: readonly string[],
  against: string | null,
): Promise<Subject[]> {
  const own = sluice(HERE, options);
  const get = getWork("/", CONNECTIONS);
  const servers = against === null
    ? [own, withV8Flags(own, SEMI_SPACE), executable(options), denoServe, nodeHttp, nginx(1)]
    : [own, sluice(against, options)];
  const subjects = servers.map((server): Subject => ({ server, work: get }));
  if (against === null) {
    const server = { ...denoListen, name: `${denoListen.name}, a bare loop, after one echo` };
    subjects.push({ server, work: echoWork(CONNECTIONS) });
  }
  const found = [];
  for (const subject of subjects) {
    const program = await subject.server.find?.();
    if (program !== undefined && "reason" in program) {
      print(`  No ${subject.server.name}: ${program.reason}`);
    } else found.push(subject);
  }
  return found;
}

/** The growth of a server per connection, in KB. */
async function measure(subject: Subject, earlier: readonly number[]): Promise<number> {
  await using running = await startServer(subject.server, CONNECTIONS);
  for (const connections of earlier) {
    await growth(running, { ...subject.work, connections });
    await delay(SETTLE_MS);
  }
  return await growth(running, subject.work) / CONNECTIONS / 1024;
}

/**
 * The growth of a server with a number of connections, in bytes.
 *
 * @param rate Requests per second, one on each connection.
 */
export async function growth(server: RunningServer, work: Work, rate = RATE): Promise<number> {
  const before = server.memory();
  let after = before;
  const duration = work.connections / rate * 1000;
  await runGenerator(server, { ...work, rate, duration }, ({ phase }) => {
    if (phase === "finishing") after = server.memory();
  });
  server.check();
  return after - before;
}
