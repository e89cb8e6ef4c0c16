import type { Backend } from "./backend.ts";

/** The states of a backend. A `free` row belongs to none; a `draining` backend gets no new clients. */
export const BACKEND_STATES = ["free", "up", "down", "draining"] as const;

/** Why a backend is in its state. Append new ones: processes send them by name. */
export const STATE_REASONS = [
  "none",
  /** It has not been checked yet. */
  "unchecked",
  /** It passed its health checks. */
  "passed",
  /** It does not accept connections. */
  "refused",
  /** It does not answer in time. */
  "timeout",
  /** It ends the connection of a check early, or resets it. */
  "closed",
  /** It answers a check with another status or body than expected. */
  "answer",
  /** It asks for no new clients, in its answer to a check. */
  "asked",
  /** The operator has marked it. */
  "marked",
  /** Its name or file lists it no longer. */
  "unlisted",
] as const;

/** A state of a backend. */
export type BackendState = typeof BACKEND_STATES[number];

/** A reason of a state. */
export type StateReason = typeof STATE_REASONS[number];

/** All that the keeper knows of a backend: plain data, for a thread or a process. */
export interface BackendFacts extends Backend {
  /** The number of its group, from 0. No other backend of the group has the same address. */
  readonly group: number;
  /** Its place in the group, which the policy `first` and the order of turns follow. */
  readonly position: number;
  readonly state: BackendState;
  readonly reason: StateReason;
  /** When it came back, or was added to a running server, by `clock()`; 0 if it never did. */
  readonly backSince: number;
}
