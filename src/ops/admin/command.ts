/** What operators can have a running server do, as plain data that can be sent between threads. */
import type { Phase } from "../../core/event.ts";

/** A command. */
export type Command =
  /** As SIGHUP does, but at once; resolves when the new generation serves. */
  | { readonly kind: "reload" }
  /** As SIGTERM does. */
  | { readonly kind: "drain" }
  /** Changes the maximum number of lanes, to a number or by a difference. */
  | { readonly kind: "scale"; readonly to: number }
  | { readonly kind: "scale"; readonly by: number }
  | { readonly kind: "logLevel"; readonly level: "debug" | "info" | "warning" | "error" }
  /** Until a restart, whatever the settings and the health checks say. */
  | {
    readonly kind: "backend";
    readonly group: string;
    /** As the status shows it. */
    readonly address: string;
    /** `drain` gives it no new clients; `ready` undoes that. */
    readonly state?: "drain" | "ready";
    /** Null undoes what was set before. */
    readonly weight?: number | null;
  }
  | {
    readonly kind: "connections";
    readonly filter: ConnectionFilter;
    /** The most to list. */
    readonly limit: number;
  }
  | { readonly kind: "closeConnection"; readonly id: string };

/** Which connections to list; what is absent does not matter. */
export interface ConnectionFilter {
  /** Its address, or the beginning of it. */
  readonly peer?: string;
  readonly phase?: Phase;
  readonly lane?: number;
  /** In seconds. */
  readonly min_age_s?: number;
}

/** An open connection. */
export interface ConnectionStatus {
  readonly id: string;
  readonly lane: number;
  /** The client as far as known, such as `127.0.0.1:40000` or `unix`. */
  readonly peer: string;
  readonly age_s: number;
  readonly phase: Phase;
  /** How long it has been in this phase. */
  readonly phase_s: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly requests: number;
  /** The request that is being served, such as `GET /path`; null if there is none. */
  readonly request: string | null;
  /** The backend that it was sent on to; null if it was not. */
  readonly upstream: { readonly group: string; readonly address: string | null } | null;
}

/** The connections that were found. */
export interface ConnectionList {
  /** How many match, on all lanes that have answered. */
  readonly total: number;
  /** The oldest of them. */
  readonly connections: readonly ConnectionStatus[];
  /** The lanes that have not answered in time: they may be blocked. */
  readonly silent_lanes: readonly number[];
}

/** What came of a command: `value` as its kind says, or why it was refused. */
export type CommandResult =
  | { readonly ok: true; readonly value: CommandValue }
  /** `invalid` is the caller's mistake, `missing` is something that does not exist, `failed` the rest. */
  | {
    readonly ok: false;
    readonly reason: "invalid" | "missing" | "failed";
    readonly message: string;
  };

/** What a command returns. */
export type CommandValue =
  /** Of `reload`: the generation in service. */
  | { readonly generation: number }
  /** Of `scale`. */
  | { readonly before: number; readonly now: number }
  | ConnectionList
  /** Of the others. */
  | Record<string, never>;

/** Carries out a command. */
export type RunCommand = (command: Command) => Promise<CommandResult>;
