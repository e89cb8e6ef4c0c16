import { sleep } from "../base/timers.ts";
import type { SupervisionSettings } from "./settings.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** The time between the retirements of lanes that are full, in milliseconds. */
const STEP = 50;
/** How long the retirements wait for room altogether, in milliseconds. */
const LONGEST_WAIT = 10_000;
/** How long the client of a retired lane is expected, in milliseconds; then it rests. */
const EXPECTED_FOR = 1500;

/** The lanes that take over the clients of others. */
export interface Successors {
  /** How many clients are about to come, besides those that are there; null while none go over. */
  expected: number | null;
  /** Whether lanes start or are missing. */
  readonly isGrowing: boolean;
  /** How many clients they can take now besides the expected ones. */
  readonly room: number;
  /** Why they cannot be kept alive, if they die early; null if they stay up. */
  readonly failure: Error | null;
  /** Starts missing lanes. */
  fill(): void;
}

/**
 * Retires full lanes as successors have room for their clients. Successors start for those
 * that come soon: one that rests on its connection needs no place yet. Once they
 * have waited for ten seconds, the rest retire 50 ms apart all the same.
 *
 * @throws {Error} If the successors die early; then the rest keep serving.
 */
export async function handOver(
  full: readonly SupervisedLane[],
  successors: Successors,
  settings: SupervisionSettings,
  longestWait = LONGEST_WAIT,
): Promise<void> {
  const retirements: Promise<void>[] = [];
  successors.expected = 0;
  const expected = new Map<SupervisedLane, number>();
  const countExpected = () => {
    const now = performance.now();
    for (const [lane, end] of expected) if (end < now) expected.delete(lane);
    successors.expected = expected.size;
  };
  const retire = (lane: SupervisedLane) => {
    expected.set(lane, performance.now() + EXPECTED_FOR);
    void lane.gone.then(() => expected.delete(lane));
    retirements.push(lane.retire(settings));
  };
  const deadline = performance.now() + longestWait;
  const mustWait = () => successors.isGrowing && performance.now() < deadline;
  let next = 0;
  try {
    while (next < full.length || mustWait()) {
      if (successors.failure !== null) throw successors.failure;
      countExpected();
      successors.fill();
      const room = Math.max(successors.room, mustWait() ? 0 : 1);
      full.slice(next, next + room).forEach(retire);
      next += room;
      countExpected();
      if (next < full.length || mustWait()) await sleep(STEP);
    }
  } finally {
    successors.expected = null;
  }
  await Promise.all(retirements);
}
