/**
 * What a lane has measured: how connections ended and, if its order says so, its HTTP responses
 * and how long they took. The memory is part of the lane's row of the scoreboard.
 */
import { ENDED_BY, type EndedBy, type Phase, PHASES } from "../core/event.ts";
import { DURATION_BOUNDS, durationIndex } from "./durations.ts";
import { methodIndex, METHODS, STATUS_CLASSES, statusIndex } from "./responses.ts";

/** Where each kind of value begins. Append new kinds, as to the counters of a row. */
const MEASURING = 0;
const ENDINGS = 1;
const RESPONSES = ENDINGS + ENDED_BY.length * PHASES.length;
const SUM = RESPONSES + METHODS.length * STATUS_CLASSES.length;
const DURATIONS = SUM + 1;

/** How many values there are. */
export const MEASURES = DURATIONS + DURATION_BOUNDS.length + 1;

/** Their memory in bytes. */
export const MEASURES_BYTES = MEASURES * 8;

/** The measures of one lane: 64-bit floats that only grow, written by the lane alone. */
export class Measures {
  #values: Float64Array;

  /** @param start Where they begin in the buffer, in bytes. */
  constructor(buffer: SharedArrayBuffer, start: number) {
    this.#values = new Float64Array(buffer, start, MEASURES);
  }

  /** Notes that the lane measures its requests, of which there may be none yet. */
  beginMeasuring(): void {
    this.#values[MEASURING] = 1;
  }

  /** Counts a connection that has ended. */
  ended(by: EndedBy, phase: Phase): void {
    const index = ENDINGS + ENDED_BY.indexOf(by) * PHASES.length + PHASES.indexOf(phase);
    (this.#values[index] as number) += 1;
  }

  /**
   * Counts a response, and how long it took.
   *
   * @param status 0 if there was none.
   */
  answered(method: string, status: number, milliseconds: number): void {
    const values = this.#values;
    const response = methodIndex(method) * STATUS_CLASSES.length + statusIndex(status);
    (values[RESPONSES + response] as number) += 1;
    (values[DURATIONS + durationIndex(milliseconds)] as number) += 1;
    (values[SUM] as number) += milliseconds / 1000;
  }

  /** A copy of all values, for {@linkcode addMeasures} and what reads them. */
  values(): readonly number[] {
    // Ten times as fast as spreading: a server may have a thousand lanes.
    const values: number[] = [];
    for (let i = 0; i < MEASURES; i++) values.push(this.#values[i] as number);
    return values;
  }

  /** The values that are not 0, each after its index: most of them never occur. */
  report(): readonly number[] {
    const report: number[] = [];
    for (const [index, value] of this.#values.entries()) if (value !== 0) report.push(index, value);
    return report;
  }

  /** Takes over a {@linkcode report}, in which no value is less than before; ignores those of a newer version. */
  take(report: readonly number[]): void {
    for (let i = 0; i + 1 < report.length; i += 2) {
      // An index beyond the values has no effect.
      this.#values[report[i] as number] = report[i + 1] as number;
    }
  }

  clear(): void {
    this.#values.fill(0);
  }

  /** Leaves the memory to the next lane: what is written from here on is lost. */
  leave(): void {
    this.#values = new Float64Array(MEASURES);
  }
}

/** The measures of no lane. */
export const NO_MEASURES: readonly number[] = new Array<number>(MEASURES).fill(0);

/** Adds the measures of two lanes, or of several. */
export function addMeasures(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, i) => value + (b[i] ?? 0));
}

/** How connections ended, without combinations that have not occurred. */
export function endingsIn(
  measures: readonly number[],
): readonly { readonly by: EndedBy; readonly phase: Phase; readonly count: number }[] {
  return ENDED_BY.flatMap((by, i) =>
    PHASES.map((phase, j) => ({
      by,
      phase,
      count: measures[ENDINGS + i * PHASES.length + j] ?? 0,
    }))
  ).filter(({ count }) => count > 0);
}

/** The responses by method and status class, without combinations that have not occurred. */
export function responsesIn(
  measures: readonly number[],
): readonly { readonly method: string; readonly status: string; readonly count: number }[] {
  return METHODS.flatMap((method, i) =>
    STATUS_CLASSES.map((status, j) => ({
      method,
      status,
      count: measures[RESPONSES + i * STATUS_CLASSES.length + j] ?? 0,
    }))
  ).filter(({ count }) => count > 0);
}

/** How many responses there were in each bucket, and their time in seconds; null if no lane has measured. */
export function durationsIn(
  measures: readonly number[],
): { readonly counts: readonly number[]; readonly sum_s: number } | null {
  if (measures[MEASURING] === 0) return null;
  return { counts: measures.slice(DURATIONS, MEASURES), sum_s: measures[SUM] ?? 0 };
}
