import type { RowReport } from "../lane/row.ts";
import type { FromLane } from "./messages.ts";

/** A report of the row of a process. They arrive over two pipes, so they are numbered: a lower number is older. */
export interface RowMessage {
  readonly type: "row";
  readonly number: number;
  readonly row: RowReport;
}

/** A message from a process to its parent. */
export type FromProcess =
  | FromLane
  | RowMessage
  /** The number of messages lost because they came faster than they could be sent. */
  | { readonly type: "dropped"; readonly count: number };
