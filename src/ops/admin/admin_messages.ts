/** What the main thread and the thread of the admin port tell each other: plain data. */
import type { LogLines } from "../../log/log_lines.ts";
import type { Address } from "../../base/address.ts";
import type { ExitCode } from "../../base/exit.ts";
import type { Level } from "../../log/level.ts";
import type { LogStyle } from "../../log/logger.ts";
import type { RecentRecord } from "../../log/recent_records.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { AdminOptions } from "./admin_server.ts";
import type { Command, CommandResult } from "./command.ts";
import type { ConfigView } from "./config_view.ts";
import type { TokenDigest } from "./token.ts";

/** To the thread. */
export type ToAdmin =
  | {
    readonly type: "open";
    readonly options: AdminOptions;
    readonly style: LogStyle;
    readonly config: ConfigView;
  }
  /** A sign of life of the main thread, sent until the server serves. */
  | { readonly type: "starting" }
  /** Sent once. */
  | { readonly type: "serve"; readonly scoreboard: SharedArrayBuffer; readonly facts: ServerFacts }
  /** Sent each second, and at once if something has changed. */
  | { readonly type: "facts"; readonly facts: ServerFacts; readonly isNews: boolean }
  | { readonly type: "config"; readonly config: ConfigView }
  | { readonly type: "records"; readonly records: readonly RecentRecord[] }
  | { readonly type: "token"; readonly token: TokenDigest | null }
  /** The level of the log, when it has changed. */
  | { readonly type: "logLevel"; readonly level: Level }
  /** A command has arrived in time, and is being carried out. */
  | { readonly type: "taken"; readonly id: number }
  | { readonly type: "result"; readonly id: number; readonly result: CommandResult }
  | { readonly type: "close" };

/** From the thread. */
export type FromAdmin =
  | { readonly type: "opened"; readonly addresses: readonly Address[] }
  | { readonly type: "failed"; readonly message: string; readonly exitCode: ExitCode | null }
  /** To be carried out only before `deadline`, by the clock: later nobody expects it any more. */
  | {
    readonly type: "command";
    readonly id: number;
    readonly command: Command;
    readonly deadline: number;
  }
  /** Formatted lines of the log. */
  | ({ readonly type: "log" } & LogLines)
  | { readonly type: "closed" };
