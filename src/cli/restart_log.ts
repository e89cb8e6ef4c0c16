/** What the log says of a server that was started again by the parent of `--respawn`. */
import { literal, type Logger } from "../log/logger.ts";
import type { Crash } from "../ops/respawn/word.ts";

/** The end of a server, as it ends the sentence "The server ...". */
export function endOf({ code, signal }: Crash): string {
  return signal === null ? `has exited with code ${code}` : `was killed by ${signal}`;
}

/** The attributes of a record about it. */
export function attributesOf(
  { code, signal, uptime, pid, restarts }: Crash,
): Record<string, unknown> {
  return {
    "process.exit.code": code ?? undefined,
    "sluice.signal": signal ?? undefined,
    "sluice.crashed.pid": pid,
    "sluice.crashed.uptime": uptime / 1000,
    "sluice.restarts": restarts,
  };
}

/** Logs, in the server that was started again, why. */
export function logRestart(log: Logger, crash: Crash): void {
  log.warn(`Started again: the server before this one ${literal(endOf(crash))}`, {
    ...attributesOf(crash),
    "process.pid": Deno.pid,
  });
}
