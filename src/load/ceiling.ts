import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { runLoad, startNullServer } from "./load_process.ts";
import { httpMessage } from "./request_text.ts";

const LOOPBACK = "127.0.0.1";
/** The share of the time from which on the generator's thread, and not the server, is the limit. */
const BUSY = 0.9;

/** In milliseconds. */
const WARMUP = 500;
const DURATION = 2000;

/** What servers typically send in response to the shortest request. */
const RESPONSE = [
  "HTTP/1.1 200 OK",
  "Content-Type: text/plain; charset=utf-8",
  "Date: Sat, 21 Nov 2026 22:00:00 GMT",
  "Content-Length: 13",
  "",
  "Hello, World!",
].join("\r\n");

/**
 * Measures the ceiling of the load generator: how many requests per second it sends at most over
 * the connections of a plan, with its thread always busy.
 *
 * @throws The reason of the signal.
 */
export async function measureCeiling(
  plan: LoadPlan,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<number> {
  const isHttp = plan.framing.type === "http";
  await using server = await startNullServer({
    response: isHttp ? RESPONSE : null,
    closing: plan.closing,
  });
  const result = await runLoad(
    {
      ...plan,
      hostname: LOOPBACK,
      port: server.port,
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
  // It could have sent more in the time that it waited, for a processor or for the server.
  return result.requests / result.seconds / result.generator.busy;
}

/** How near a load came to the limits of the load generator. */
export interface GeneratorLoad {
  /** The share of the time that its thread ran, 0 to 1. */
  readonly busy: number;
  /** The share of the time that its thread waited for a processor, 0 to 1. */
  readonly waiting: number;
  /** Requests per second as a share of the ceiling. */
  readonly of_ceiling: number;
}

/** Compares a result with the ceiling. */
export function generatorLoad(
  { generator, requests, seconds }: LoadResult,
  ceiling: number,
): GeneratorLoad {
  return { ...generator, of_ceiling: requests / seconds / ceiling };
}

/**
 * Why the load generator, and not the server, was the limit of a load; null if it was not. Its
 * thread in this very load decides: the ceiling, which was measured before, varies as any other
 * rate of the machine does.
 */
export function limitOf({ busy, of_ceiling }: GeneratorLoad): string | null {
  if (busy < BUSY) return null;
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  return `the load generator ran ${percent(busy)} of the time, at ${percent(of_ceiling)} of its ` +
    "ceiling";
}
