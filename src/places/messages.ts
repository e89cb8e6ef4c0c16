import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import { type ExitCode, ExitError } from "../base/exit.ts";
import type { Order } from "../lane/order.ts";
import type { RowReport } from "../lane/scoreboard.ts";
import type { Ready } from "./handle.ts";

/** The argument that makes this program a lane of its parent process; users do not type it. */
export const LANE_ARGUMENT = "--lane-of-parent";

/** An error, as plain data. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** What to exit with, where the error is a user's mistake. */
  readonly exitCode: ExitCode | null;
}

/** What a lane's parent tells it. */
export type ToLane =
  | { readonly type: "open"; readonly order: Order }
  | { readonly type: "setReuseportFilter"; readonly filter: ReuseportFilter | null }
  | { readonly type: "stopAccepting" | "retire" | "drain" | "closeConnections" };

/** What a lane tells its parent. */
export type FromLane =
  | { readonly type: "ready"; readonly ready: Ready }
  /** It cannot start. */
  | { readonly type: "failed"; readonly error: ErrorReport }
  | { readonly type: "reuseportFilterSet"; readonly done: boolean }
  | { readonly type: "stoppedAccepting" | "stopped" | "pressure" }
  /** It ends by an error that nobody caught. */
  | { readonly type: "crashed"; readonly error: ErrorReport }
  | { readonly type: "log" | "access"; readonly lines: string }
  /** So many of its messages are lost: they came faster than they could be sent. */
  | { readonly type: "dropped"; readonly count: number }
  /** Rows come by two ways: one with a lower number than another is older. */
  | { readonly type: "row"; readonly number: number; readonly row: RowReport };

/** Makes plain data of an error. */
export function reportError(cause: unknown): ErrorReport {
  if (!(cause instanceof Error)) {
    return { name: "Error", message: String(cause), stack: null, exitCode: null };
  }
  return {
    name: cause.name,
    message: cause.message,
    stack: cause.stack ?? null,
    exitCode: cause instanceof ExitError ? cause.exitCode : null,
  };
}

/** Makes an error of plain data again. */
export function errorOf({ name, message, stack, exitCode }: ErrorReport): Error {
  const error = exitCode === null ? new Error(message) : new ExitError(message, exitCode);
  return Object.assign(error, exitCode === null ? { name } : {}, stack === null ? {} : { stack });
}
