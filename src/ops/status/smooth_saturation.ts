import {
  laneSaturation,
  rounded,
  type SaturationFacts,
  serverSaturation,
  smoothed,
  UNSATURATED,
} from "./saturation.ts";
import type { LaneStatus, Saturation } from "./status.ts";

/** Milliseconds within which lanes may have told nothing of their use of the processors. */
const TOO_SHORT = 900;

/** The saturation of a server and of its lanes, smoothed from one reading to the next. */
export class SmoothSaturation {
  /** Whether there was no reading before from which the next one could be smoothed. */
  #isFirst = true;
  // Not rounded: small steps would be lost.
  #server = UNSATURATED;
  #lanes: ReadonlyMap<number, Saturation> = new Map();

  /**
   * Takes a reading.
   *
   * @param elapsed Milliseconds since the last one, or since the reader was made.
   */
  update(
    facts: SaturationFacts,
    lanes: readonly Omit<LaneStatus, "saturation">[],
    elapsed: number,
  ): void {
    const time = this.#isFirst ? Infinity : elapsed;
    this.#isFirst &&= elapsed < TOO_SHORT;
    this.#server = smoothed(this.#server, serverSaturation(facts, lanes), time);
    this.#lanes = new Map(lanes.map((lane) => {
      const before = this.#lanes.get(lane.lane) ?? UNSATURATED;
      return [lane.lane, smoothed(before, laneSaturation(lane, facts.waitBound), time)];
    }));
  }

  /** That of the server. */
  get server(): Saturation {
    return rounded(this.#server);
  }

  /** That of a lane, by its number. */
  of(lane: number): Saturation {
    return rounded(this.#lanes.get(lane) ?? UNSATURATED);
  }
}
