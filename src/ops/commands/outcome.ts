import type { CommandResult, CommandValue } from "../admin/command.ts";

/** The result of a command that was carried out. */
export function done(value: CommandValue = {}): CommandResult {
  return { ok: true, value };
}

/**
 * The result of a command that was not carried out.
 *
 * @param message One sentence without a full stop.
 */
export function refused(
  reason: "invalid" | "missing" | "failed",
  message: string,
): CommandResult {
  return { ok: false, reason, message };
}
