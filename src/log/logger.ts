/** What services and handlers log with; a logger of LogTape is one. */

/** Beside the message, by OpenTelemetry's names; a function is called only if the record is written. */
export type LogProperties = Record<string, unknown> | (() => Record<string, unknown>);

/** Logs at a level; `{name}` in a message stands for the property, `{{` and `}}` for a brace. */
export type LogMethod = (message: string, properties?: LogProperties) => void;

export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** The logger of a part, with the same destination. */
  getChild(name: string): Logger;
}

/** How records become lines: plain data, for threads and processes that log through their parent. */
export interface LogStyle {
  /** Records below it are not logged. */
  readonly level: "debug" | "info" | "warning" | "error";
  /** Text for people, else JSON. */
  readonly isText: boolean;
  readonly isColoured: boolean;
}

/** Text within a message as it is, braces and all. */
export function literal(text: string): string {
  return text.replaceAll(/[{}]/g, "$&$&");
}
