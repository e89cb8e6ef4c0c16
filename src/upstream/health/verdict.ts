/** What is concluded from the results of checks. */
import type { CheckResult } from "./result.ts";
import type { HealthSettings } from "./settings.ts";

/** Whether a backend gets clients; one that drains keeps those it has, and gets no others. */
export type HealthState = "up" | "down" | "draining";

/** What is held of a backend, until a change. */
export interface Verdict {
  readonly state: HealthState;
  /** Why it is not up; null if it is. */
  readonly reason: string | null;
  /** When it became so, in milliseconds since the epoch. */
  readonly since: number;
}

/** A verdict, and what is on the way to the next one. */
export interface Health {
  readonly verdict: Verdict;
  /** The last result; null before the first check. */
  readonly last: CheckResult | null;
  /** How many results up to the last one were of the same kind. */
  readonly streak: number;
}

const STATES = { ok: "up", failed: "down", drain: "draining" } as const;

/** The health of a backend that no check has been made of. */
export function unchecked(state: HealthState, reason: string | null, now: number): Health {
  return { verdict: { state, reason, since: now }, last: null, streak: 0 };
}

/**
 * Takes the result of a check into account: `rise` successes in a row make a backend up,
 * `fall` failures down, and a result of another kind begins a new streak. The first check
 * decides alone, since nothing else is known. So does an answer that asks to drain, since the
 * backend itself wishes it.
 *
 * @param now In milliseconds since the epoch.
 * @returns The health, with the same verdict object unless the state has changed, or is known for
 * the first time.
 */
export function judge(
  { verdict, last, streak }: Health,
  result: CheckResult,
  { rise, fall }: Pick<HealthSettings, "rise" | "fall">,
  now: number,
): Health {
  const length = last?.kind === result.kind ? streak + 1 : 1;
  const needed = last === null ? 1 : { ok: rise, failed: fall, drain: 1 }[result.kind];
  const state = STATES[result.kind];
  // That a backend was taken to be down before its first check is not why it is.
  const isNews = state !== verdict.state || (last === null && result.kind !== "ok");
  if (!isNews || length < needed) return { verdict, last: result, streak: length };
  const reason = result.kind === "ok" ? null : result.reason;
  return { verdict: { state, reason, since: now }, last: result, streak: length };
}
