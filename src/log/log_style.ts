import type { Level } from "./level.ts";
import type { Rotation } from "./log_file.ts";
import type { LogStyle } from "./logger.ts";

const USUAL_WIDTH = 80;

/** The settings of the log. */
export interface LogSettings extends Rotation {
  /** The lowest level that is logged. */
  level: Level;
  /** `auto` is text if standard output is the destination and a terminal, otherwise JSON. */
  format: "auto" | "text" | "json";
  /** The path of the log file, or null for standard output. */
  file: string | null;
  /** Whether records at `warning` and above are kept for those who watch the server; not unless given. */
  isWatched?: boolean;
}

/** How the records of a log with these settings are formatted. */
export function logStyle({ format, file, level, isWatched = false }: LogSettings): LogStyle {
  const isTerminal = file === null && Deno.stdout.isTerminal();
  const isText = format === "text" || (format === "auto" && isTerminal);
  return {
    level,
    isText,
    isColoured: isTerminal && !Deno.noColor,
    columns: isTerminal && isText ? terminalWidth() : null,
    ...isWatched ? { isWatched } : {},
  };
}

/** The width of the terminal in columns; 80 if it does not tell. */
function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || USUAL_WIDTH;
  } catch {
    return USUAL_WIDTH;
  }
}
