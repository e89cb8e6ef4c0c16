/** What has happened in a run, and when. */

/** Something that happened. */
export interface Moment {
  /** Milliseconds since the start of the run. */
  readonly at: number;
  readonly text: string;
}

/** The disturbances of a run, in order. */
export class Timeline {
  readonly #started = performance.now();
  readonly #moments: Moment[] = [];
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** Milliseconds since the start of the run. */
  get now(): number {
    return performance.now() - this.#started;
  }

  /** Keeps a disturbance. */
  note(text: string): void {
    this.#moments.push({ at: this.now, text });
    this.say(text);
  }

  /** Tells something that is no disturbance. */
  say(text: string): void {
    this.#tell(`${formatTime(this.now)}  ${text}`);
  }

  /** The time of the run at a time of the monotonic clock. */
  at(time: number): number {
    return time - this.#started;
  }

  /** The last disturbances before a time of the run. */
  before(time: number, count: number): readonly Moment[] {
    return this.#moments.filter(({ at }) => at <= time).slice(-count);
  }
}

/** Seconds, aligned. */
export function formatTime(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2).padStart(8)} s`;
}
