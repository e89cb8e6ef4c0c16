/** What the main thread and the thread of the alerts tell each other: plain data. */
import type { ExitCode } from "../../base/exit.ts";
import type { LogLines } from "../../log/log_lines.ts";
import type { LogStyle } from "../../log/logger.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { AlertSettings } from "./alert_settings.ts";

/** To the thread. */
export type ToAlerts =
  | {
    readonly type: "open";
    readonly settings: AlertSettings;
    readonly style: LogStyle;
    readonly scoreboard: SharedArrayBuffer;
    readonly facts: ServerFacts;
  }
  /** Sent each second, and at once if something has changed. */
  | { readonly type: "facts"; readonly facts: ServerFacts }
  | { readonly type: "update"; readonly settings: AlertSettings }
  | { readonly type: "serverFailed"; readonly message: string }
  | { readonly type: "close" };

/** From the thread. */
export type FromAlerts =
  | { readonly type: "opened" }
  | { readonly type: "failed"; readonly message: string; readonly exitCode: ExitCode | null }
  /** Formatted lines of the log. */
  | ({ readonly type: "log" } & LogLines)
  | { readonly type: "closed" };
