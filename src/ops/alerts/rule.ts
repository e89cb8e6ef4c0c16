import type { Condition } from "./alert.ts";
import type { Bounds } from "./bounds.ts";
import type { Readings } from "./readings.ts";

/** When operators are told of something. */
export interface Rule {
  /** In lower case with underscores: also the alert's name in Alertmanager. */
  readonly name: string;
  /** Said when it is over; a sentence without a full stop. */
  readonly resolved: string;
  /** How long it must last, in milliseconds; by default it need not. */
  holdFor?(bounds: Bounds): number;
  /** How long it must be gone, in milliseconds; by default the bound `clear`. */
  clear?(bounds: Bounds): number;
  /**
   * What is wrong now. A pure function.
   *
   * @param wasFound Whether the condition with this key was found at the last reading.
   */
  find(readings: Readings, bounds: Bounds, wasFound: (key: string) => boolean): Condition[];
}
