import { delay } from "@std/async/delay";
import { cpuOfReaped } from "../../src/bench/processes.ts";
import type { Load } from "./pairs.ts";

/** Time for the server to finish its work after a slice, in milliseconds. */
const SETTLE_MS = 20;
/** More requests than any server answers in a slice: the time decides. */
const MANY = 10_000_000;
/** What ab reports, each with its number. */
const FIGURES = {
  complete: /^Complete requests: +(\d+)/m,
  failed: /^Failed requests: +(\d+)/m,
  refused: /^Non-2xx responses: +(\d+)/m,
  seconds: /^Time taken for tests: +([\d.]+)/m,
};

/**
 * GET requests by ab, each over a connection of its own, of which it waits for the end;
 * slices are whole seconds.
 *
 * @param clients How many at a time.
 */
export function ab(clients: number): Load {
  return async (server, duration) => {
    const [cpu, client] = [server.cpu(), cpuOfReaped()];
    const limits = ["-t", String(Math.ceil(duration / 1000)), "-n", String(MANY)];
    const args = ["-q", "-c", String(clients), ...limits, `http://127.0.0.1:${server.port}/`];
    const { stdout } = await new Deno.Command("ab", { args, stdin: "null" }).output();
    const text = new TextDecoder().decode(stdout);
    const figure = (name: keyof typeof FIGURES) => Number(FIGURES[name].exec(text)?.[1] ?? 0);
    const [requests, seconds] = [figure("complete"), figure("seconds")];
    if (requests === 0 || figure("failed") > 0 || figure("refused") > 0) {
      throw new Error(`Cannot load port ${server.port}: ab ${args.join(" ")} says ${text}`);
    }
    await delay(SETTLE_MS);
    const busy = (cpuOfReaped() - client) / 1e6 / seconds;
    return { units: requests, seconds, cpu: server.cpu() - cpu, client: busy };
  };
}
