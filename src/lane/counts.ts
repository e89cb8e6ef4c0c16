import type { Row } from "./row.ts";

/** What is counted of a lane, by the names of the status. Counters never fall; `open` does. */
const READERS = {
  /** Connections that are open. */
  open: (row: Row) => row.open,
  /** Connections that were accepted. */
  accepted: (row: Row) => row.get("accepted"),
  /** Requests that were begun; a connection without any counts as one when it ends. */
  requests: (row: Row) => row.get("requests"),
  bytes_in: (row: Row) => row.get("bytesIn"),
  bytes_out: (row: Row) => row.get("bytesOut"),
  /** Connections that were refused, for whatever reason. */
  refused: (row: Row) =>
    row.get("refusedTotal") + row.get("refusedAddress") + row.get("refusedDraining"),
  /** Connections that ended with an error of the service. */
  errors: (row: Row) => row.get("errors"),
  /** Connections that the service dialed, and their bytes. */
  dialed: (row: Row) => row.get("dialed"),
  dialed_bytes_in: (row: Row) => row.get("dialedBytesIn"),
  dialed_bytes_out: (row: Row) => row.get("dialedBytesOut"),
};

/** The name of a count. */
export type CountName = keyof typeof READERS;

/** The counts of one lane, or of all. */
export type LaneCounts = Readonly<Record<CountName, number>>;

/** The names of all counts. */
export const COUNT_NAMES = Object.keys(READERS) as CountName[];

/** The counts of no lane. */
export const NO_COUNTS: LaneCounts = makeCounts(() => 0);

/** Reads the counts of a row. */
export function countsOf(row: Row): LaneCounts {
  return makeCounts((name) => READERS[name](row));
}

/** Adds counts. */
export function addCounts(a: LaneCounts, b: LaneCounts): LaneCounts {
  return makeCounts((name) => a[name] + b[name]);
}

function makeCounts(valueOf: (name: CountName) => number): LaneCounts {
  const entries = COUNT_NAMES.map((name) => [name, valueOf(name)]);
  return Object.fromEntries(entries) as LaneCounts;
}
