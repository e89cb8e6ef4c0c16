import type { Row } from "./row.ts";

/** The counts of one lane, or of all. `open` is a gauge; the others only grow. */
export interface LaneCounts {
  /** Open connections. */
  readonly open: number;
  /** Accepted connections. */
  readonly accepted: number;
  /** Requests begun; a connection without any counts as one when it ends. */
  readonly requests: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  /** Refused connections, for whatever reason. */
  readonly refused: number;
  /** Connections that ended by an error of the service. */
  readonly errors: number;
  /** Connections that the service has dialed, and their bytes. */
  readonly dialed: number;
  readonly dialed_bytes_in: number;
  readonly dialed_bytes_out: number;
}

/** Reads the counts of a row. */
export function countsOf(row: Row): LaneCounts {
  return {
    open: row.open,
    accepted: row.get("accepted"),
    requests: row.get("requests"),
    bytes_in: row.get("bytesIn"),
    bytes_out: row.get("bytesOut"),
    refused: row.get("refusedTotal") + row.get("refusedAddress") + row.get("refusedDraining"),
    errors: row.get("errors"),
    dialed: row.get("dialed"),
    dialed_bytes_in: row.get("dialedBytesIn"),
    dialed_bytes_out: row.get("dialedBytesOut"),
  };
}
