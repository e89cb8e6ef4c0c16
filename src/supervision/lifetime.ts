import type { Row } from "../lane/row.ts";
import type { SupervisionSettings } from "./settings.ts";

/** Memory samples in a row, one per second, that must exceed the limit: one may include garbage. */
const MEMORY_SAMPLES = 5;

/** Decides when to recycle a lane. The limits vary at random, so that lanes do not end together. */
export class Lifetime {
  readonly #row: Row;
  readonly #maxRequests: number;
  readonly #end: number;
  readonly #maxMemory: number;
  #samplesAboveLimit = 0;

  constructor(row: Row, settings: SupervisionSettings, now = performance.now()) {
    const { maxRequests, maxWorkerAge, maxRequestsJitter, maxWorkerMemory } = settings;
    const stretch = 1 + Math.random() * maxRequestsJitter / 100;
    this.#row = row;
    this.#maxRequests = maxRequests === 0 ? Infinity : Math.round(maxRequests * stretch);
    this.#end = maxWorkerAge === 0 ? Infinity : now + maxWorkerAge * stretch;
    this.#maxMemory = maxWorkerMemory ?? Infinity;
  }

  /** Why to recycle the lane, for the log; null if there is no reason. Called once a second. */
  reasonToEnd(now = performance.now()): string | null {
    const memory = this.#row.get("memory");
    this.#samplesAboveLimit = memory > this.#maxMemory ? this.#samplesAboveLimit + 1 : 0;
    if (this.#samplesAboveLimit >= MEMORY_SAMPLES) {
      return `it uses ${Math.round(memory / 1e6)} MB of memory`;
    }
    const requests = this.#row.get("requests");
    if (requests >= this.#maxRequests) return `it has served ${requests} requests`;
    if (now >= this.#end) return "it has reached its maximum age";
    return null;
  }
}
