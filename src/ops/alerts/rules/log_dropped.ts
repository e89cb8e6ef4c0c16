import type { Rule } from "../rule.ts";

/** Milliseconds without a loss after which the log counts as writable. */
const QUIET = 30_000;

/** A log that cannot be written: its records wait, and are lost once too many do. */
export const logDropped: Rule = {
  name: "log_dropped",
  resolved: "The log is written again",
  find(readings) {
    const { log: { dropped }, log_failure } = readings.now;
    const before = readings.ago(QUIET).log.dropped;
    if (dropped <= before && log_failure === null) return [];
    const lost = dropped > before ? ", records are lost" : "";
    return [{
      key: "log_dropped",
      severity: "warning",
      summary: `Cannot write ${log_failure ?? "the log as fast as it grows"}${lost}`,
      labels: {},
      events: { now: dropped, before },
    }];
  },
};
