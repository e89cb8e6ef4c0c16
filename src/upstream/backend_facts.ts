import type { Backend } from "./backend.ts";

/** The states of a backend. A `free` row belongs to none; a `draining` backend gets no new clients. */
export const BACKEND_STATES = ["free", "up", "down", "draining"] as const;

/** A state of a backend. */
export type BackendState = typeof BACKEND_STATES[number];

/** All that the keeper knows of a backend: plain data, for a thread or a process. */
export interface BackendFacts extends Backend {
  /** The number of its group, from 0. No other backend of the group has the same address. */
  readonly group: number;
  /** Its place in the group, which the policy `first` and the order of turns follow. */
  readonly position: number;
  readonly state: BackendState;
  /** When it came back, or was added to a running server, by `clock()`; 0 if it never did. */
  readonly backSince: number;
}

/** Whether two facts of the same backend say the same. */
export function areSameFacts(a: BackendFacts, b: BackendFacts): boolean {
  return a.state === b.state && a.weight === b.weight && a.max === b.max &&
    a.isBackup === b.isBackup && a.position === b.position && a.backSince === b.backSince;
}
