import type { RowReport } from "../lane/row.ts";
import type { BackendCounts } from "../upstream/backend_counts.ts";
import type { FromLane } from "./messages.ts";

/** A report of the row of a process. They arrive over two pipes, so they are numbered: a lower number is older. */
export interface RowMessage {
  readonly type: "row";
  readonly number: number;
  readonly row: RowReport;
}

/** What has changed of the counts of backends. */
export interface CountsMessage {
  readonly type: "counts";
  readonly counts: readonly BackendCounts[];
}

/** A message from a process to its parent. */
export type FromProcess =
  | FromLane
  | RowMessage
  | CountsMessage
  /** The number of messages lost because they came faster than they could be sent. */
  | { readonly type: "dropped"; readonly count: number };
