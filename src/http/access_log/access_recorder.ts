import { every } from "../../base/timers.ts";
import { type AccessFormat, accessLine } from "./access_log.ts";
import type { Exchange } from "../exchange.ts";

/** Bytes of lines that are handed on at once. */
const FULL = 32 * 1024;
/** How long a line may wait for others, in milliseconds. */
const INTERVAL = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

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
  // Not a text that grows: all the parts that it is made of would live until it
  // is handed on, and the collector would move them about meanwhile.
  const bytes = new Uint8Array(FULL);
  let length = 0;
  let stopTimer: (() => void) | null = null;
  function flush(): void {
    stopTimer?.();
    stopTimer = null;
    if (length === 0) return;
    const gathered = decoder.decode(bytes.subarray(0, length));
    length = 0;
    recordAccess(gathered);
  }
  return {
    record(exchange) {
      // Lines are ASCII: a byte for each character.
      const line = lineOf(exchange);
      if (length + line.length > FULL) flush();
      if (line.length > FULL) return recordAccess(line);
      length += encoder.encodeInto(line, bytes.subarray(length)).written;
      stopTimer ??= every(INTERVAL, flush);
    },
    flush,
  };
}
