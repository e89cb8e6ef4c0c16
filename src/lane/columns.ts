/** The columns of a row of the scoreboard. */

/**
 * The counters of a row, as 64-bit floats. Append new ones: a parent that runs an
 * older version reads the reports of a lane by position.
 */
export const COUNTERS = [
  "accepted",
  "requests",
  "bytesIn",
  "bytesOut",
  /** Refusals, by reason. */
  "refusedTotal",
  "refusedAddress",
  "refusedDraining",
  /** Connections ended by an error of the service. */
  "errors",
  /** Connections that ended without a byte in either direction: probes and scanners. */
  "silent",
  /** Processor time of the lane's thread, in milliseconds. */
  "busy",
  /** Time of the last heartbeat, by {@linkcode clock}. This and `memory` are gauges. */
  "heartbeat",
  /** Memory of the thread's heap, or of the process, in bytes. */
  "memory",
  /** Connections dialed by the lane, and their bytes, which do not count as those of clients. */
  "dialed",
  "dialedBytesIn",
  "dialedBytesOut",
  /** What the pools of the lane hold, and how much of it is leased; gauges. */
  "resources",
  "leased",
  "refusedUntrusted",
  "refusedHeader",
  /** How late the event loop turned to what was due: the worst of late, in milliseconds; a gauge. */
  "loopDelay",
  /** The average of what clients waited for their first byte, in milliseconds, and when it was last changed. */
  "wait",
  "waitedAt",
  /** The time as of which `busy` is known, by {@linkcode clock}. */
  "busyAt",
] as const;

/** The columns of 32-bit integers, which lane and supervisor change atomically. */
export const INTEGERS = ["state", "generation", "open", "current", "lane"] as const;

/** A counter of a row. */
export type Counter = typeof COUNTERS[number];

/** The size of the counters, in bytes. */
export const COUNTER_BYTES = COUNTERS.length * 8;
/** The size of the integers, rounded up so that the counters of the next row are aligned to 8 bytes. */
export const INTEGER_BYTES = Math.ceil(INTEGERS.length / 2) * 8;
