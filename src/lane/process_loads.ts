import { clock } from "../base/clock.ts";
import { createProcessMemory, mapProcessMemory } from "../base/process_memory.ts";
import { MAX_ROWS } from "./scoreboard.ts";

/** For each row: the open connections, and when its lane last told them. */
const FIELDS = 2;
/** After the rows: the highest one that has told anything, since few are in use. */
const HIGHEST = MAX_ROWS * FIELDS;
const BYTES = (HIGHEST + 1) * Float64Array.BYTES_PER_ELEMENT;
/** How many heartbeats after the last word of a lane the others wait for it no more. */
const HEARTBEATS = 2;

/**
 * The open connections of processes that accept from the same queue, by the rows of their
 * lanes: in memory that they share, since they have no scoreboard in common.
 */
export class ProcessLoads {
  readonly #values: Float64Array;

  private constructor(memory: ArrayBuffer) {
    this.#values = new Float64Array(memory);
  }

  /** Makes the memory: the file descriptor, which processes inherit; null if the system has none. */
  static create(): number | null {
    return createProcessMemory(BYTES);
  }

  /** Opens the memory in one of the processes; null if the system does not allow it. */
  static open(descriptor: number): ProcessLoads | null {
    const memory = mapProcessMemory(descriptor, BYTES);
    return memory && new ProcessLoads(memory);
  }

  /** Tells the others how many connections the lane of a row has open. */
  tell(row: number, open: number): void {
    this.#values[row * FIELDS] = open;
    this.#values[row * FIELDS + 1] = clock();
    // Of two that do this at once, the lower one may win until the next heartbeat.
    if (row > this.#highest) this.#values[HIGHEST] = row;
  }

  /** Tells the others that the lane of a row accepts no more. */
  leave(row: number): void {
    this.#values[row * FIELDS + 1] = 0;
  }

  /**
   * Whether another lane that accepts has fewer connections.
   *
   * @param heartbeat Milliseconds between two heartbeats, each of which tells the others.
   */
  hasLess(row: number, than: number, heartbeat: number): boolean {
    const values = this.#values;
    const present = clock();
    for (let at = 0; at <= this.#highest * FIELDS; at += FIELDS) {
      // Processes that started before and after the system's clock was set disagree for good.
      const isYoung = Math.abs(present - (values[at + 1] ?? 0)) < HEARTBEATS * heartbeat;
      if (isYoung && (values[at] ?? 0) < than && at !== row * FIELDS) return true;
    }
    return false;
  }

  get #highest(): number {
    return this.#values[HIGHEST] ?? 0;
  }
}
