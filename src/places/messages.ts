import { type ExitCode, ExitError } from "../base/exit.ts";
import { thrownValue } from "../base/thrown.ts";
import type { ConnectionQuery, FoundConnections } from "../core/open_connections.ts";
import type { ForeignSockets } from "../core/foreign_sockets.ts";
import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { BackendFacts } from "../upstream/backend_facts.ts";
import type { Order } from "../lane/order.ts";
import type { Level } from "../log/level.ts";
import type { LogLines } from "../log/log_lines.ts";
import type { Ready } from "./handle.ts";

/** The argument that makes this program a lane of its parent process; users do not type it. */
export const LANE_ARGUMENT = "--lane-of-parent";

/** An error as plain data. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** The exit code of an ExitError; null for other errors. */
  readonly exitCode: ExitCode | null;
}

/** A message from the parent to a lane. */
export type ToLane =
  | { readonly type: "open"; readonly order: Order }
  /** What has changed of the backends, or all that is known of them; for processes only. */
  | { readonly type: "backends"; readonly changes: readonly BackendFacts[] }
  | { readonly type: "setReuseportFilter"; readonly filter: ReuseportFilter | null }
  | { readonly type: "relieve"; readonly sockets: ForeignSockets }
  | { readonly type: "endRelief"; readonly pid: number; readonly isGone: boolean }
  | {
    readonly type: "findConnections";
    /** Repeated by the answer. */
    readonly id: number;
    readonly query: ConnectionQuery;
    readonly limit: number;
  }
  | { readonly type: "closeConnection"; readonly id: number; readonly number: number }
  | { readonly type: "logLevel"; readonly level: Level }
  | { readonly type: "stopAccepting" | "retire" | "drain" | "closeConnections" };

/**
 * A message from a lane to its parent, which checks it before it acts on it
 * (`messages_check.ts`): a handler may have interfered with its lane.
 */
export type FromLane =
  | { readonly type: "ready"; readonly ready: Ready }
  /** The lane cannot start. */
  | { readonly type: "failed"; readonly error: ErrorReport }
  | { readonly type: "reuseportFilterSet"; readonly done: boolean }
  /** Whether the lane accepts the clients of another process, as it was told. */
  | { readonly type: "relieving"; readonly pid: number; readonly done: boolean }
  /** The answer to `findConnections`. */
  | { readonly type: "connections"; readonly id: number; readonly found: FoundConnections }
  /** The answer to `closeConnection`: whether there was one. */
  | { readonly type: "connectionClosed"; readonly id: number; readonly done: boolean }
  | { readonly type: "stoppedAccepting" | "stopped" | "pressure" }
  /** The lane ends with an uncaught error. */
  | { readonly type: "crashed"; readonly error: ErrorReport }
  | ({ readonly type: "log" } & LogLines)
  /** Whole lines, with their newlines. */
  | { readonly type: "access"; readonly lines: string };

/** Turns an error into plain data. */
export function reportError(cause: unknown): ErrorReport {
  const error = thrownValue(cause);
  if (typeof error === "string") {
    return { name: "Error", message: error, stack: null, exitCode: null };
  }
  return {
    name: error.name,
    message: error.message,
    stack: stackOf(error),
    exitCode: error instanceof ExitError ? error.exitCode : null,
  };
}

/** The stack of an error, which may be a handler's getter. */
function stackOf(error: Error): string | null {
  try {
    return typeof error.stack === "string" ? error.stack : null;
  } catch {
    return null;
  }
}

/** Turns plain data back into an error. */
export function errorOf({ name, message, stack, exitCode }: ErrorReport): Error {
  const error = exitCode === null ? new Error(message) : new ExitError(message, exitCode);
  return Object.assign(error, exitCode === null ? { name } : {}, stack === null ? {} : { stack });
}
