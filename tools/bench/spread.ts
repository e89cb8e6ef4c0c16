/** How evenly a server serves many busy clients: the answers to each of them. */
import { ClientPool } from "../../src/load/client_pool.ts";
import type { Client } from "../../src/load/client.ts";
import { httpMessage } from "../../src/load/request_text.ts";

const HOST = "127.0.0.1";
/** Milliseconds in which all clients must connect. */
const OPENING_LIMIT = 20_000;
const SEED = 1;

/** Lengths in milliseconds. */
export interface SpreadPlan {
  readonly port: number;
  readonly clients: number;
  readonly warmup: number;
  readonly duration: number;
  /** Answers for each client, on average, after which it ends before the duration is over. */
  readonly enough?: number;
  /** Called when the measured time begins, and when it ends. */
  readonly onPhase?: () => void;
}

/** Answers in the measured time, and their latencies in milliseconds. */
export interface Spread {
  readonly answers: number;
  readonly fewest: number;
  readonly median: number;
  readonly most: number;
  readonly p50: number;
  readonly p999: number;
  readonly max: number;
}

/**
 * Lets clients send `GET /` again and again, each as soon as it has its answer, on one
 * thread that does nothing else meanwhile.
 *
 * @throws {Error} If a request fails, or not all clients can connect.
 */
export async function measureSpread(plan: SpreadPlan): Promise<Spread> {
  const answers = new Map<Client, number>();
  const { clients, enough = Infinity } = plan;
  const latencies: number[] = [];
  let isMeasured = false;
  const fail = (reason: string) => {
    throw new Error(`Cannot load port ${plan.port}: ${reason}`);
  };
  using pool = new ClientPool(loadPlan(plan), {
    sent() {},
    received() {},
    responded(client, failure) {
      if (failure !== null) fail(failure);
      if (!isMeasured) return;
      answers.set(client, (answers.get(client) ?? 0) + 1);
      latencies.push(pool.now - client.due);
    },
    failed: (_client, reason) => fail(reason),
  });
  const run = (limit: number, isOver = () => false) => pool.turnUntil(limit, isOver, () => {});
  pool.open();
  await run(pool.now + OPENING_LIMIT, () => pool.opened === plan.clients);
  if (pool.opened < plan.clients) fail(`only ${pool.opened} clients could connect`);
  pool.start();
  await run(pool.now + plan.warmup);
  plan.onPhase?.();
  isMeasured = true;
  await run(pool.now + plan.duration, () => latencies.length >= clients * enough);
  plan.onPhase?.();
  // Whoever still waits has waited for as long at least.
  for (const due of pool.unanswered()) latencies.push(pool.now - due);
  const idle = Array.from({ length: plan.clients - answers.size }, () => 0);
  return summary([...idle, ...answers.values()], latencies);
}

function loadPlan({ port, clients }: SpreadPlan): ConstructorParameters<typeof ClientPool>[0] {
  return {
    hostname: HOST,
    port,
    framing: { type: "http" },
    messages: [httpMessage("GET /", HOST, 1)],
    connections: clients,
    slow: 0,
    rate: null,
    closing: false,
    warmup: 0,
    duration: 0,
    seed: SEED,
  };
}

function summary(answers: readonly number[], latencies: readonly number[]): Spread {
  const counts = Float64Array.from(answers).sort();
  const times = Float64Array.from(latencies).sort();
  const at = (values: Float64Array, share: number) =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
  return {
    answers: counts.reduce((sum, count) => sum + count, 0),
    fewest: at(counts, 0),
    median: at(counts, 0.5),
    most: at(counts, 1),
    p50: at(times, 0.5),
    p999: at(times, 0.999),
    max: at(times, 1),
  };
}
