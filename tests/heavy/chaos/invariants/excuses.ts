/** What the documentation allows that otherwise is a violation. */
import type { FailureKind } from "../clients/failure.ts";
import { Windows } from "./windows.ts";

/** An exchange of a well-behaved client that did not go well. */
export interface Trouble {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly text: string;
  /** The lane of the connection, as an earlier answer named it; null if none did. */
  readonly lane: string | null;
  /** The connection was used before: a request and its close have crossed. */
  readonly isCrossing: boolean;
  /** Milliseconds that a connection which was used before was idle. */
  readonly idle: number;
  /** When the exchange began and ended, by the monotonic clock. */
  readonly begun: number;
  readonly ended: number;
}

/** Milliseconds after which a server may close a kept connection at any moment. */
const SILENCE = 1000;

/** The times in which troubles are allowed, and the lanes that were lost. */
export class Excuses {
  readonly troubles = new Windows<Trouble>();
  /** Records of errors, by their messages. */
  readonly errors = new Windows<string>();
  /** Answered requests that are missing in the access log, by lane; null if it is unknown. */
  readonly unlogged = new Windows<string | null>();
  readonly #lost: ((lane: string) => boolean)[] = [];

  constructor() {
    this.troubles.open("silence", ({ isCrossing, idle }) => isCrossing && idle >= SILENCE);
  }

  /**
   * Allows that the connections of a lane are closed, from now on. Clients that do not
   * know their lane yet are excused for a moment.
   *
   * @param isLost Tells by the lane's name, as answers give it.
   */
  loseLane(why: string, isLost: (lane: string) => boolean): void {
    this.#lost.push(isLost);
    this.troubles.open(why, ({ lane, kind }) => isClosing(kind) && lane !== null && isLost(lane));
    this.troubles.open(why, ({ lane, kind }) => isClosing(kind) && lane === null)();
    this.unlogged.open(why, (lane) => lane === null)();
    this.errors.open(why, (message) => message.startsWith("Worker crashed"))();
  }

  /** Whether a lane was lost. */
  isLost(lane: string): boolean {
    return this.#lost.some((isLost) => isLost(lane));
  }
}

/** Whether a client sees this when its connection is closed. */
export function isClosing(kind: FailureKind): boolean {
  return kind === "refused" || kind === "lost" || kind === "cut";
}
