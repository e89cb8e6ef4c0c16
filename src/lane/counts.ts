import { refusedBy } from "./refusals.ts";
import type { Row } from "./row.ts";

/** The counts of a lane, by their names in the status. Most only grow; `open`, `resources` and `leased` are gauges. */
const READERS = {
  /** Open connections. */
  open: (row: Row) => row.open,
  /** Accepted connections. */
  accepted: (row: Row) => row.get("accepted"),
  /** Requests begun; a connection without any counts as one when it ends. */
  requests: (row: Row) => row.get("requests"),
  bytes_in: (row: Row) => row.get("bytesIn"),
  bytes_out: (row: Row) => row.get("bytesOut"),
  /** Refused connections, for any reason. */
  refused: refusedBy,
  /** Connections ended by an error of the service. */
  errors: (row: Row) => row.get("errors"),
  /** Connections dialed by the service, and their bytes. */
  dialed: (row: Row) => row.get("dialed"),
  dialed_bytes_in: (row: Row) => row.get("dialedBytesIn"),
  dialed_bytes_out: (row: Row) => row.get("dialedBytesOut"),
  /** What the pools of the service hold, and how much of it is leased: gauges. */
  resources: (row: Row) => row.get("resources"),
  leased: (row: Row) => row.get("leased"),
};

/** The name of a count. */
export type CountName = keyof typeof READERS;

/** The counts of one lane, or of all. */
export type LaneCounts = Readonly<Record<CountName, number>>;

/** The names of all counts. */
export const COUNT_NAMES = Object.keys(READERS) as CountName[];

/** The counts of no lane. */
export const NO_COUNTS: LaneCounts = makeCounts(() => 0);

/** What the gauges of a lane that is gone say. */
export const GONE = { open: 0, resources: 0, leased: 0 } as const;

/** Reads the counts of a row. */
export function countsOf(row: Row): LaneCounts {
  return makeCounts((name) => READERS[name](row));
}

/** Adds counts. */
export function addCounts(a: LaneCounts, b: LaneCounts): LaneCounts {
  return makeCounts((name) => a[name] + b[name]);
}

/** The larger of each two counts. */
export function maxCounts(a: LaneCounts, b: LaneCounts): LaneCounts {
  return makeCounts((name) => Math.max(a[name], b[name]));
}

function makeCounts(valueOf: (name: CountName) => number): LaneCounts {
  const entries = COUNT_NAMES.map((name) => [name, valueOf(name)]);
  return Object.fromEntries(entries) as LaneCounts;
}
