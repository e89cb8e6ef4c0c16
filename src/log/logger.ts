/** The attributes of a record, named as in OpenTelemetry; a function is called only if the record is logged. */
export type LogProperties = Record<string, unknown> | (() => Record<string, unknown>);

/** Logs at one level. In a message, `{name}` stands for a property, `{{` and `}}` for a brace. */
export type LogMethod = (message: string, properties?: LogProperties) => void;

/** The logger of services and handlers; LogTape's loggers have the same shape. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** The logger of a component, with the same destination. */
  getChild(name: string): Logger;
}

/** How records are formatted: plain data, for threads and processes that log through their parent. */
export interface LogStyle {
  /** The lowest level that is logged. */
  readonly level: "debug" | "info" | "warning" | "error";
  /** Text for people instead of JSON. */
  readonly isText: boolean;
  readonly isColoured: boolean;
}

/** Escapes the braces of a text, for use in a message. */
export function literal(text: string): string {
  return text.replaceAll(/[{}]/g, "$&$&");
}
