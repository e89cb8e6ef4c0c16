import type { Row } from "../lane/scoreboard.ts";
import type { SupervisionSettings } from "./settings.ts";

/** Samples of memory, one each look, that must agree: one alone may be garbage that is about to be collected. */
const MEMORY_SAMPLES = 5;

/** The end of a lane's useful life: each lane has its own, so that they do not end together. */
export class Lifetime {
  readonly #row: Row;
  readonly #maxRequests: number;
  readonly #end: number;
  readonly #maxMemory: number;
  #heavySamples = 0;

  constructor(row: Row, settings: SupervisionSettings, now = performance.now()) {
    const { maxRequests, maxWorkerAge, maxRequestsJitter, maxWorkerMemory } = settings;
    const stretch = 1 + Math.random() * maxRequestsJitter / 100;
    this.#row = row;
    this.#maxRequests = maxRequests === 0 ? Infinity : Math.round(maxRequests * stretch);
    this.#end = maxWorkerAge === 0 ? Infinity : now + maxWorkerAge * stretch;
    this.#maxMemory = maxWorkerMemory ?? Infinity;
  }

  /** Looks, once a second: why the lane should be replaced; null as long as it need not. */
  reasonToEnd(now = performance.now()): string | null {
    const memory = this.#row.get("memory");
    this.#heavySamples = memory > this.#maxMemory ? this.#heavySamples + 1 : 0;
    if (this.#heavySamples >= MEMORY_SAMPLES) return `memory of ${Math.round(memory / 1e6)} MB`;
    const requests = this.#row.get("requests");
    if (requests >= this.#maxRequests) return `${requests} requests`;
    if (now >= this.#end) return "age";
    return null;
  }
}
