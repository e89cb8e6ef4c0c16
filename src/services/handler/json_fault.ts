/** Finds what is wrong in an imported JSON file: of that, the runtime says neither file nor line. */
import { isGranted } from "../../base/permissions.ts";
import { atPlace } from "../../base/load_error.ts";

/** Modules that a module imports, by relative path. */
const IMPORT = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;
/** The most files to read. */
const MAX_FILES = 2000;
/** The place at the end of most messages of V8. */
const AT_POSITION = / (?:in|after) JSON at position (\d+).*$/s;
/** The text at the end of the others. */
const NOT_VALID = /, (?:\.\.\.)?".*" is not valid JSON$/s;

/**
 * What is wrong in a JSON file that a handler imports, or any of its modules; null if
 * there is no such file.
 *
 * @param error What the runtime threw.
 * @param handler The URL of the handler.
 */
export function jsonFault(error: unknown, handler: string): string | null {
  if (!(error instanceof SyntaxError) || !/\bJSON\b/.test(error.message)) return null;
  const urls = new Set([handler]);
  // The set grows while it is read.
  for (const url of urls) {
    const text = urls.size > MAX_FILES ? null : readText(url);
    if (text === null) continue;
    if (/\.json$/i.test(url)) {
      const fault = faultIn(text, url);
      if (fault !== null) return fault;
    } else {
      for (const [, path = ""] of text.matchAll(IMPORT)) urls.add(new URL(path, url).href);
    }
  }
  return null;
}

function readText(url: string): string | null {
  try {
    const path = new URL(url);
    return isGranted({ name: "read", path }) ? Deno.readTextFileSync(path) : null;
  } catch { // It does not exist.
    return null;
  }
}

function faultIn(text: string, url: string): string | null {
  const message = complaint(text);
  if (message === null) return null;
  const lines = text.slice(0, positionOf(text, message)).split("\n");
  const frame = { url, line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  const reason = message.replace(AT_POSITION, "").replace(NOT_VALID, "").replace(
    / of JSON input$/,
    "",
  );
  return atPlace(`SyntaxError: ${reason} in JSON`, frame);
}

/** What V8 says of a text; null if it is valid JSON. */
function complaint(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

/** The index of what is wrong in a text, which V8 leaves out of some of its complaints. */
function positionOf(text: string, message: string): number {
  const position = AT_POSITION.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  let [right, wrong] = [0, text.length + 1];
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isBeginning(text.slice(0, middle))) right = middle;
    else wrong = middle;
  }
  return right;
}

/** Whether a text could go on as valid JSON. */
function isBeginning(text: string): boolean {
  const message = complaint(text);
  if (message === null || message.startsWith("Unexpected end")) return true;
  return Number(AT_POSITION.exec(message)?.[1]) === text.length;
}
