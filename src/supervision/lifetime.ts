import type { Row } from "../lane/row.ts";
import type { SupervisionSettings } from "./settings.ts";

/** Memory samples in a row, one per second, that must exceed the limit: one may include garbage. */
const MEMORY_SAMPLES = 5;

/**
 * What a lane may grow to before its share of the container's memory counts: this many times what
 * it uses when it has started. A handler that needs more than its share from the start would be
 * recycled forever.
 */
const GROWTH = 2;

/** Decides when to recycle a lane. The limits vary at random, so that lanes do not end together. */
export class Lifetime {
  readonly #row: Row;
  readonly #maxRequests: number;
  readonly #end: number;
  readonly #maxMemory: number;
  readonly #memoryShare: number;
  /** The first memory that the lane has reported; 0 before that. */
  #firstMemory = 0;
  #samplesAboveLimit = 0;

  constructor(row: Row, settings: SupervisionSettings, now = performance.now()) {
    const { maxRequests, maxWorkerAge, maxRequestsJitter, maxWorkerMemory, memoryShare } = settings;
    const stretch = 1 + Math.random() * maxRequestsJitter / 100;
    this.#row = row;
    this.#maxRequests = maxRequests === 0 ? Infinity : Math.round(maxRequests * stretch);
    this.#end = maxWorkerAge === 0 ? Infinity : now + maxWorkerAge * stretch;
    this.#maxMemory = maxWorkerMemory ?? Infinity;
    this.#memoryShare = maxWorkerMemory === null ? memoryShare ?? Infinity : Infinity;
  }

  /** Why to recycle the lane, for the log; null if there is no reason. Called once a second. */
  reasonToEnd(now = performance.now()): string | null {
    const memory = this.#row.get("memory");
    if (this.#firstMemory === 0) this.#firstMemory = memory;
    const limit = Math.min(
      this.#maxMemory,
      Math.max(this.#memoryShare, GROWTH * this.#firstMemory),
    );
    this.#samplesAboveLimit = memory > limit ? this.#samplesAboveLimit + 1 : 0;
    if (this.#samplesAboveLimit >= MEMORY_SAMPLES) {
      return `it uses ${Math.round(memory / 1e6)} MB of memory` +
        (limit === this.#maxMemory ? "" : ", more than its share of the container's");
    }
    const requests = this.#row.get("requests");
    if (requests >= this.#maxRequests) return `it has served ${requests} requests`;
    if (now >= this.#end) return "it has reached its maximum age";
    return null;
  }
}
