import { every } from "../../core/timers.ts";
import { type AccessFormat, accessLine } from "./access_log.ts";
import type { Exchange } from "../exchange.ts";

/** Characters of lines that are handed on at once. */
const FULL = 32 * 1024;
/** How long a line may wait for others, in milliseconds. */
const INTERVAL = 200;

/** Gathers the access log of a lane: a message for each line would cost more than the line. */
export interface AccessRecorder {
  readonly record: (exchange: Exchange) => void;
  /** Hands on what is gathered. */
  flush(): void;
}

/**
 * Makes one.
 *
 * @param recordAccess Takes lines, their newlines included.
 */
export function accessRecorder(
  format: AccessFormat,
  recordAccess: (lines: string) => void,
): AccessRecorder {
  const lineOf = accessLine(format);
  let lines = "";
  let stopTimer: (() => void) | null = null;
  function flush(): void {
    stopTimer?.();
    stopTimer = null;
    if (lines === "") return;
    const gathered = lines;
    lines = "";
    recordAccess(gathered);
  }
  return {
    record(exchange) {
      lines += lineOf(exchange);
      if (lines.length >= FULL) flush();
      else stopTimer ??= every(INTERVAL, flush);
    },
    flush,
  };
}
