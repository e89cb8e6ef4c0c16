import { addTotals, type LaneTotals, notBelow, totalsOf } from "../../lane/lane_totals.ts";
import { durationAt } from "../../lane/durations.ts";
import { durationsIn, endingsIn, responsesIn } from "../../lane/measures.ts";
import type { Scoreboard } from "../../lane/scoreboard.ts";
import type { ServerFacts } from "./server_facts.ts";
import type { Status, TotalsStatus } from "./status.ts";

/**
 * Reads the counts of all lanes, repeatedly, so that they never decrease: facts that are older
 * than the scoreboard miss a lane that is just gone.
 */
export class TotalsReader {
  readonly #scoreboard: Scoreboard;
  #last: LaneTotals;
  #latency: Status["latency"] = null;

  /** @param facts Of now: `latency` counts from here on. */
  constructor(scoreboard: Scoreboard, facts: ServerFacts) {
    this.#scoreboard = scoreboard;
    this.#last = this.#sum(facts);
  }

  /** Reads the totals, and `latency` since the last reading, or since construction. */
  read(facts: ServerFacts): TotalsStatus {
    const totals = notBelow(this.#sum(facts), this.#last);
    this.#latency = latencyBetween(this.#last, totals);
    this.#last = totals;
    const { measures, ...counts } = totals;
    return {
      ...counts,
      ...facts.ended,
      ended: endingsIn(measures),
      responses: responsesIn(measures),
      durations: durationsIn(measures),
    };
  }

  /** The duration of requests between the last two readings; null if there were none. */
  get latency(): Status["latency"] {
    return this.#latency;
  }

  #sum({ gone }: ServerFacts): LaneTotals {
    const alive = [...this.#scoreboard.rows()].filter(({ state }) =>
      state !== "free" && state !== "hung"
    );
    return alive.map(totalsOf).reduce(addTotals, gone);
  }
}

function latencyBetween(before: LaneTotals, after: LaneTotals): Status["latency"] {
  const durations = durationsIn(after.measures);
  if (durations === null) return null;
  const earlier = durationsIn(before.measures)?.counts ?? [];
  const counts = durations.counts.map((count, i) => count - (earlier[i] ?? 0));
  const at = (share: number) => durationAt(counts, share);
  const [p50, p90, p99] = [at(0.5), at(0.9), at(0.99)];
  if (p50 === null || p90 === null || p99 === null) return null;
  return { p50_ms: inMilliseconds(p50), p90_ms: inMilliseconds(p90), p99_ms: inMilliseconds(p99) };
}

/** Seconds as milliseconds, to a microsecond. */
function inMilliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}
