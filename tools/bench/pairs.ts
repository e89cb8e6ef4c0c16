/** Two or more servers, measured in turn. */
import { type RunningServer, type Server, startServer } from "./servers.ts";

/** A figure of two servers, pair by pair. */
export type Both = readonly [as: readonly number[], bs: readonly number[]];

/** The result of a load in one slice of time. */
export interface Slice {
  /** Requests or messages answered. */
  readonly units: number;
  readonly seconds: number;
  /** CPU time of the server, in microseconds. */
  readonly cpu: number;
  /** Processors that the load generator kept busy: near 1, it is the bottleneck, not the server. */
  readonly client: number;
}

/**
 * Loads a server for a number of milliseconds.
 *
 * @throws {Error} If a request fails.
 */
export type Load = (server: RunningServer, duration: number) => Promise<Slice>;

/** A server and its load. */
export interface Contender {
  readonly server: Server;
  readonly load: Load;
}

/** How servers are loaded. */
export interface Schedule {
  /** How often all servers are started and compared. */
  readonly pairs: number;
  /** How often each is loaded in a pair. */
  readonly slices: number;
  /** Milliseconds of a slice. */
  readonly duration: number;
  /** Milliseconds of load before the first slice of each server. */
  readonly warmup: number;
}

/**
 * Starts all servers and loads them in turn, slice by slice, so that a drift in the
 * speed of the machine affects them alike. Each pair has new processes, since even
 * two processes of the same program differ.
 *
 * @returns For each contender, the sums over all slices of each pair.
 */
export async function runPairs(
  contenders: readonly Contender[],
  { pairs, slices, duration, warmup }: Schedule,
): Promise<Slice[][]> {
  const sums: Slice[][] = contenders.map(() => []);
  for (let pair = 0; pair < pairs; pair++) {
    await using stack = new AsyncDisposableStack();
    const running = [];
    for (const { server, load } of contenders) {
      const found: Slice[] = [];
      running.push({ server: stack.use(await startServer(server)), load, found });
    }
    for (const { server, load } of running) await load(server, warmup);
    for (let slice = 0; slice < slices; slice++) {
      // Alternates the order, so that none always runs right after the same other.
      for (const { server, load, found } of slice % 2 === 0 ? running : running.toReversed()) {
        found.push(await load(server, duration));
        server.check();
      }
    }
    for (const [i, { found }] of running.entries()) sums[i]?.push(sumOf(found));
  }
  return sums;
}

/** Measures one server and then the other, several times. */
export async function inTurn(
  [a, b]: readonly [Server, Server],
  pairs: number,
  measure: (server: Server) => Promise<number>,
): Promise<Both> {
  const [as, bs]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    as.push(await measure(a));
    bs.push(await measure(b));
  }
  return [as, bs];
}

function sumOf(slices: readonly Slice[]): Slice {
  const sum = (key: keyof Slice) => slices.reduce((total, slice) => total + slice[key], 0);
  return {
    units: sum("units"),
    seconds: sum("seconds"),
    cpu: sum("cpu"),
    client: sum("client") / slices.length,
  };
}
