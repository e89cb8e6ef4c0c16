import { delay } from "@std/async/delay";
import { refuseFailed, startersOf } from "./contest.ts";
import { type RunningServer, type Server, startServer } from "./servers.ts";
import { print, printFigure } from "./table.ts";

/** Time for a proxy to close the connections, in milliseconds. */
const SETTLE_MS = 1000;

/** How the memory is measured. */
interface Plan {
  readonly clients: number;
  /** How often each proxy is started. */
  readonly pairs: number;
  /** What a client may take at most, for the head of the figures. */
  readonly aim: string;
  /** Opens a connection for each client, and returns by how many bytes the proxy has grown. */
  grow(proxy: RunningServer): Promise<number>;
}

/**
 * Measures the resident memory of idle connections through proxies, and prints it in KB per client. A new server also grows by the heap of the runtime, once; the second
 * figure leaves most of that out.
 *
 * @throws {Error} If a proxy does not start, after all others have been measured.
 */
export async function printIdle(
  candidates: readonly Server[],
  { clients, pairs, aim, grow }: Plan,
): Promise<void> {
  print(`  ${pairs} new processes each; KB per client: median, lowest..highest; ${aim}`);
  const { servers, failed } = await startersOf(candidates);
  for (const server of servers) {
    const [first, later]: [number[], number[]] = [[], []];
    for (let pair = 0; pair < pairs; pair++) {
      // Idle connections of a proxy have two sockets each; the others are turned away.
      await using running = await startServer(server, 2 * clients);
      for (const figures of [first, later]) {
        figures.push(await grow(running) / clients / 1024);
        await delay(SETTLE_MS);
      }
    }
    printFigure(`${server.name}, new`, first);
    printFigure(`${server.name}, after as many before`, later);
  }
  refuseFailed(failed);
}
