/** What the runtime says of a module that it cannot load. */
import { sourceLine } from "./source_line.ts";
import { type Frame, frameOf, placeText, userFrame, withoutGenerations } from "./stack_frames.ts";
import { firstLine } from "./system_errors.ts";
import { thrownValue } from "./thrown.ts";

/** A place at the end of the first line, where V8 puts that of a wrong import. */
const AT_END = / at (\S+:\d+:\d+)$/;

/** Why the runtime cannot read a module, on the second line. */
const WHY = /^.* failed\.\n +0: (.+)$/m;

/** The colors that the runtime gives to places on a terminal. */
const COLORS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** How many causes of an error are told; they may be circular. */
const MAX_CAUSES = 3;

/**
 * Why code of a handler has failed while it loaded, in one line: what was thrown, then
 * the file, line, column and source of its place in the user's code, if it has one, and
 * the same of its causes.
 */
export function loadError(error: unknown): string {
  return explain(error, MAX_CAUSES);
}

/** What went wrong at a place: the reason, the file, line and column, and the source. */
export function atPlace(reason: string, frame: Frame): string {
  const place = placeText(frame);
  const source = sourceLine(frame)?.trim() ?? "";
  return source === "" ? `${reason} at ${place}` : `${reason} at ${place}: ${source}`;
}

function explain(error: unknown, causes: number): string {
  const value = thrownValue(error);
  if (typeof value === "string") return notAnError(error, value);
  const reason = reasonOf(value);
  const frame = placeOf(value, reason);
  const what = frame === null
    ? reason
    : atPlace(reason.replace(AT_END, "").replace(/\.$/, ""), frame);
  const cause = causes > 0 ? causeOf(value) : undefined;
  return cause === undefined ? what : `${what} (cause: ${explain(cause, causes - 1)})`;
}

/** The first line of a message, and of a file that cannot be read also why. */
function reasonOf(error: Error): string {
  const first = withoutGenerations(firstLine(error).replaceAll(COLORS, ""));
  const [, why] = WHY.exec(error.message) ?? [];
  return why === undefined ? first : `${first.replace(/\.$/, "")}: ${why}`;
}

function notAnError(thrown: unknown, text: string): string {
  const shown = typeof thrown === "string" ? JSON.stringify(firstLine(thrown)) : text;
  return `${shown} was thrown, expected an Error, which has a place`;
}

function causeOf(error: Error): unknown {
  try {
    return error.cause ?? undefined;
  } catch { // A getter threw.
    return undefined;
  }
}

function placeOf(error: Error, reason: string): Frame | null {
  const [, place] = AT_END.exec(reason) ?? [];
  if (place !== undefined) return frameOf(`    at ${place}`);
  try {
    // Of a module that is wrong or missing, the message itself names the place.
    return userFrame(error.message.replaceAll(COLORS, "")) ?? userFrame(String(error.stack));
  } catch { // Whatever was thrown has getters that throw.
    return null;
  }
}
