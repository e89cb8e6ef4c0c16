import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { runLoad, startMirror } from "./load_process.ts";
import { httpMessage } from "./request_text.ts";

const LOOPBACK = "127.0.0.1";
/** Where its thread runs for such a share of the time, the load generator is the limit. */
const BUSY = 0.9;

/** Milliseconds of the measurement. */
const WARMUP = 500;
const DURATION = 2000;

/** An answer as servers give it to the shortest request. */
const ANSWER = [
  "HTTP/1.1 200 OK",
  "Content-Type: text/plain; charset=utf-8",
  "Date: Sat, 21 Nov 2026 22:00:00 GMT",
  "Content-Length: 13",
  "",
  "Hello, World!",
].join("\r\n");

/**
 * How many requests a second the load generator can do at most with the
 * connections of a plan, if its thread runs all the time: found out with a server
 * that costs next to nothing.
 *
 * @throws The reason of the signal.
 */
export async function measureCeiling(
  plan: LoadPlan,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<number> {
  const isHttp = plan.framing.type === "http";
  await using mirror = await startMirror({
    answer: isHttp ? ANSWER : null,
    closing: plan.closing,
  });
  const result = await runLoad(
    {
      ...plan,
      hostname: LOOPBACK,
      port: mirror.port,
      framing: isHttp ? plan.framing : { type: "echo" },
      messages: isHttp ? [httpMessage("GET /", LOOPBACK, 1)] : plan.messages.slice(0, 1),
      slow: 0,
      rate: null,
      warmup: WARMUP,
      duration: DURATION,
    },
    [],
    onProgress,
    signal,
  );
  // Where it had to wait, for a processor or for the other side, it could have done more.
  return result.requests / result.seconds / result.generator.busy;
}

/** How near a load came to what the load generator can do. */
export interface GeneratorLoad {
  /** Share of the time in which its thread ran, 0 to 1. */
  readonly busy: number;
  /** Share of the time in which its thread waited for a processor, 0 to 1. */
  readonly waiting: number;
  /** Requests a second as a share of the ceiling. */
  readonly of_ceiling: number;
}

/** Sets what was measured beside the ceiling. */
export function generatorLoad(
  { generator, requests, seconds }: LoadResult,
  ceiling: number,
): GeneratorLoad {
  return { ...generator, of_ceiling: requests / seconds / ceiling };
}

/**
 * Why the figures of a load are those of the load generator; null when they are
 * the server's. What its thread did in this very load decides: the ceiling, which
 * was measured before, is no surer than any other rate of the machine.
 */
export function limitOf({ busy, of_ceiling }: GeneratorLoad): string | null {
  if (busy < BUSY) return null;
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  return `the load generator ran ${percent(busy)} of the time, at ${
    percent(of_ceiling)
  } of its ceiling`;
}
