/** Load from the generator of `sluice load`, run in this thread. */
import { Generator } from "../../src/load/generator.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "../../src/load/load.ts";
import { echoMessage, httpMessage } from "../../src/load/request_text.ts";
import type { Load } from "./pairs.ts";
import type { RunningServer } from "./servers.ts";

/** What the generator sends. */
export type Work =
  & Pick<LoadPlan, "framing" | "messages" | "connections">
  & Partial<Pick<LoadPlan, "closing">>;

const HOST = "127.0.0.1";
const SEED = 1;
const FIXED = { hostname: HOST, slow: 0, closing: false, warmup: 0, seed: SEED };

/** Messages over persistent connections; each waits for its echo. */
export const echoWork = (connections: number, bytes = 64): Work => ({
  framing: { type: "echo" },
  messages: [echoMessage(bytes, SEED)],
  connections,
});

/** GET requests over persistent connections; each waits for its response. */
export const getWork = (path: string, connections: number): Work => ({
  framing: { type: "http" },
  messages: [httpMessage(`GET ${path}`, HOST, 1)],
  connections,
});

/**
 * A load.
 *
 * @param rate Requests per second; null is as fast as the server responds.
 */
export function generator(work: Work, rate: number | null = null): Load {
  return async (server, duration) => {
    let [before, after] = [NaN, NaN];
    const onProgress = ({ phase }: LoadProgress) => {
      if (phase === "measuring" && Number.isNaN(before)) before = server.cpu();
      if (phase === "finishing") after = server.cpu();
    };
    const plan = { ...work, duration, rate };
    const { requests, seconds, generator } = await runGenerator(server, plan, onProgress);
    return { units: requests, seconds, cpu: after - before, client: generator.busy };
  };
}

/** @throws {Error} If a request fails. */
export async function runGenerator(
  { port }: RunningServer,
  work: Work & Pick<LoadPlan, "duration" | "rate">,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadResult> {
  const result = await new Generator({ ...FIXED, port, ...work }, onProgress).run([]);
  const failures = Object.entries(result.errors).map(([reason, count]) => `${count} x ${reason}`);
  if (failures.length > 0) throw new Error(`Cannot load port ${port}: ${failures.join(", ")}`);
  return result;
}
