/** Clients of a balancer, which note the backends that have served them. */
import { delay } from "@std/async/delay";
import { Client } from "./client.ts";
import { until } from "./until.ts";

/** A connection that asks once. */
export interface Visit {
  /** When it was begun and has ended, by `performance.now()`. */
  readonly begun: number;
  readonly ended: number;
  /** The name of the backend that has answered; null if none has. */
  readonly backend: string | null;
  /** Why it has failed; null if it has not. */
  readonly error: string | null;
}

/** Connections one after another, from several clients at once, until they are stopped. */
export interface Visits {
  /** Those that have ended. */
  readonly all: readonly Visit[];
  /** Waits for so many more that begin from now on, and returns them. */
  next(count: number): Promise<readonly Visit[]>;
  stop(): Promise<void>;
}

/** Milliseconds between the connections of a client. */
const PAUSE = 5;

/** Starts clients, of which each connects, asks once, and disconnects, again and again. */
export function startVisits(server: { port: number }, clients: number): Visits {
  const all: Visit[] = [];
  let isOver = false;
  const run = async (name: string) => {
    for (let i = 0; !isOver; i++) {
      all.push(await visit(server, `${name}-${i}`));
      await delay(PAUSE);
    }
  };
  const running = Array.from({ length: clients }, (_, i) => run(`client${i}`));
  return {
    all,
    async next(count) {
      const since = performance.now();
      const found = () => all.filter(({ begun }) => begun >= since);
      await until(`${count} more visits have ended`, () => found().length >= count);
      return found();
    },
    async stop() {
      isOver = true;
      await Promise.all(running);
    },
  };
}

async function visit(server: { port: number }, line: string): Promise<Visit> {
  const begun = performance.now();
  let [backend, error]: [string | null, string | null] = [null, null];
  try {
    using client = await Client.connect(server);
    backend = await askName(client, line);
    await client.end();
    if (await client.receiveAll() !== "") error = "more than one answer";
  } catch (problem) {
    error = problem instanceof Error ? problem.message : String(problem);
  }
  return { begun, ended: performance.now(), backend, error };
}

/**
 * Asks for the name of the backend of a connection.
 *
 * @throws {Error} If there is no answer, or another one.
 */
export async function askName(client: Client, line: string): Promise<string> {
  const answer = await client.ask(line);
  const [name = "", rest] = answer.trimEnd().split(" ");
  if (rest !== line) throw new Error(`The answer to "${line}" was ${JSON.stringify(answer)}`);
  return name;
}

/** The names of the backends of visits, each once, in order. */
export function namesIn(visits: readonly Visit[]): readonly string[] {
  return [...new Set(visits.flatMap(({ backend }) => backend ?? []))].sort();
}

/** A connection that stays open, and the name of its backend. */
export interface Held extends Disposable {
  readonly client: Client;
  readonly backend: string;
}

/** Opens a connection that stays open. */
export async function hold(server: { port: number }): Promise<Held> {
  const client = await Client.connect(server);
  const backend = await askName(client, "hello");
  return { client, backend, [Symbol.dispose]: () => client.close() };
}
