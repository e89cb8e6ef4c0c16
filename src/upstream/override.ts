/** What operators have a balancer do with a backend, whatever its settings and its checks say. */
import type { Backend } from "./backend.ts";
import type { BackendState } from "./backend_facts.ts";

/** Why a backend drains, whatever its checks say. */
export type DrainReason = "drained by an operator" | "drained by its settings";

/** What is wanted of a backend; what is absent stays as it was set. */
export interface Wish {
  /** `drain` gives it no new clients; `ready` undoes that, and a weight of 0. */
  readonly state?: "drain" | "ready" | undefined;
  /** From 0, which drains it as in the settings, to 65,535; null undoes what was set before. */
  readonly weight?: number | null | undefined;
}

/** What operators have set for a backend, all wishes together. */
export class Override {
  /** @param weight Null leaves that of the settings. */
  constructor(readonly isDrained = false, readonly weight: number | null = null) {}

  /** Why a backend drains, whatever its checks say; null if it does not. */
  drainReason(backend: Pick<Backend, "weight">): DrainReason | null {
    if (this.isDrained || this.weight === 0) return "drained by an operator";
    return this.weight === null && backend.weight === 0 ? "drained by its settings" : null;
  }

  /** What is set once another wish has come. */
  with({ state, weight }: Wish): Override {
    const isDrained = state === undefined ? this.isDrained : state === "drain";
    const kept = state === "ready" && this.weight === 0 ? null : this.weight;
    return new Override(isDrained, weight === undefined ? kept : weight);
  }

  /** Whether another one says the same. */
  equals({ isDrained, weight }: Override): boolean {
    return this.isDrained === isDrained && this.weight === weight;
  }

  /**
   * How a backend is used.
   *
   * @param checked Its state as its checks say.
   */
  applyTo(backend: Backend, checked: BackendState): { state: BackendState; weight: number } {
    const state = this.drainReason(backend) === null ? checked : "draining";
    // One that drains keeps its weight: policies by hash would move the clients of others.
    return { state, weight: Math.max(1, this.weight || backend.weight) };
  }
}

/** For a backend for which nothing was set. */
export const NO_OVERRIDE = new Override();
