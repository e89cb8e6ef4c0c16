/** What the runtime says of a module that it cannot load. */
import { sourceLine } from "../../base/source_line.ts";
import { type Frame, frameOf, pathOf, userFrame } from "../../base/stack_frames.ts";
import { firstLine } from "../../base/system_errors.ts";

/** A place at the end of the first line, where V8 puts that of a wrong import. */
const AT_END = / at (\S+:\d+:\d+)$/;

/** The colors that the runtime gives to places on a terminal. */
const COLORS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/**
 * Why code of a handler has failed while it loaded, in one line: what was thrown, then
 * the file, line, column and source of its place in the user's code, if it has one.
 */
export function loadError(error: unknown): string {
  const reason = firstLine(error).replaceAll(COLORS, "");
  const frame = placeOf(error, reason);
  if (frame === null) return reason;
  const place = `${pathOf(frame)}:${frame.line}:${frame.column}`;
  const source = sourceLine(frame)?.trim();
  const what = reason.replace(AT_END, "").replace(/\.$/, "");
  return source === undefined ? `${what} at ${place}` : `${what} at ${place}: ${source}`;
}

function placeOf(error: unknown, reason: string): Frame | null {
  const [, place] = AT_END.exec(reason) ?? [];
  if (place !== undefined) return frameOf(`    at ${place}`);
  try {
    // Of a module that is wrong or missing, the message itself names the place.
    if (!(error instanceof Error)) return null;
    return userFrame(error.message.replaceAll(COLORS, "")) ?? userFrame(String(error.stack));
  } catch { // Whatever was thrown has getters that throw.
    return null;
  }
}
