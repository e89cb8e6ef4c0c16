import type { Level } from "./level.ts";

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
  readonly level: Level;
  /** Text for people instead of JSON. */
  readonly isText: boolean;
  readonly isColoured: boolean;
  /** The width of the terminal that shows the log; null if nobody looks at it as it is written. */
  readonly columns: number | null;
  /** Whether records at `warning` and above are wanted as data, too; not if absent. */
  readonly isWatched?: boolean;
}

/** The template of a record of anything but a text; its properties come from {@linkcode saying}. */
export const VALUE = "{value}";

/** The properties of a record of anything but a text, which untyped handlers may log. */
export function saying(value: unknown, given?: LogProperties): Record<string, unknown> {
  return { ...resolved(given), value };
}

/** The properties that were given with a message, perhaps as a function, null or not at all. */
export function resolved(given?: LogProperties): Record<string, unknown> {
  const properties = typeof given === "function" ? given() : given;
  return properties ?? {};
}

/** Escapes the braces of a text, for use in a message. */
export function literal(text: string): string {
  return text.replaceAll(/[{}]/g, "$&$&");
}
