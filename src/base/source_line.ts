import { isGranted } from "./permissions.ts";
import { type Frame, pathOf } from "./stack_frames.ts";

/** Lines to remember: a handler that fails with each request must not read its file each time. */
const REMEMBERED = 200;
/** The largest file to read, in bytes. */
const LARGEST = 4 * 1024 * 1024;
/** The most characters of a line; code that was made smaller has one very long line. */
const LONGEST = 200;

const known = new Map<string, string | null>();

/** The line of source code at a frame; null if the file cannot be read, or is large. */
export function sourceLine(frame: Frame): string | null {
  const key = `${frame.url}:${frame.line}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size === REMEMBERED) known.clear();
  const line = readLine(frame);
  known.set(key, line);
  return line;
}

function readLine(frame: Frame): string | null {
  const path = pathOf(frame);
  if (!path.startsWith("/")) return null;
  try {
    // Without the permission, the runtime would ask for it on a terminal.
    if (!isGranted({ name: "read", path })) return null;
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > LARGEST) return null;
    const line = Deno.readTextFileSync(path).split("\n")[frame.line - 1];
    return line === undefined || line.length > LONGEST ? null : line.trimEnd();
  } catch { // A sandboxed handler may not read files.
    return null;
  }
}
