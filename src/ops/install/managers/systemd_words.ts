/** The syntax of unit files: systemd.syntax(7), "QUOTING" in systemd.service(5), "SPECIFIERS" in systemd.unit(5). */
import { EXIT, ExitError } from "../../../base/exit.ts";

/** Words that need no quotes. */
const PLAIN = /^[\w@/.:,=+-]+$/;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x1f\x7f]/g;
/** What a list of paths cannot have in a path, as far as systemd 252 reads it. */
// deno-lint-ignore no-control-regex
const UNQUOTABLE = /[\x00-\x1f\x7f"'\\:]/;

/**
 * The words of a command, for `ExecStart=` and its kin. The colon makes `$` mean itself.
 *
 * @param command Begins with an absolute path.
 */
export function commandLine([program, ...args]: readonly [string, ...string[]]): string {
  return [`:${program}`, ...args].map(word).join(" ");
}

/** An assignment for `Environment=`. */
export function assignment(name: string, value: string): string {
  return word(`${name}=${value}`);
}

/** One word among others. */
export function word(text: string): string {
  const escaped = escapeSpecifiers(text);
  if (PLAIN.test(text)) return escaped;
  const quoted = escaped.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replace(
    CONTROLS,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${quoted}"`;
}

/** A text for people, which is the rest of a line. */
export function line(text: string): string {
  return escapeSpecifiers(text.replace(CONTROLS, " ").trim()).replace(/\\$/, "");
}

/**
 * A path that is the rest of a line.
 *
 * @throws {ExitError} 78 if that cannot be written.
 */
export function pathLine(path: string): string {
  if (path.search(CONTROLS) >= 0 || path !== path.trim() || path.endsWith("\\")) {
    throw impossible(path, "a control character, or a blank or backslash at its end");
  }
  return escapeSpecifiers(path);
}

/**
 * A path in a list of paths, after flags such as `-`.
 *
 * @throws {ExitError} 78 if that cannot be written.
 */
export function listedPath(path: string, flags = ""): string {
  if (UNQUOTABLE.test(path)) {
    throw impossible(path, "a control character, quote, colon or backslash");
  }
  const escaped = escapeSpecifiers(flags + path);
  return PLAIN.test(path) ? escaped : `"${escaped}"`;
}

/** A time span, from milliseconds. */
export function span(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${Math.ceil(milliseconds)}ms`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

function impossible(path: string, found: string): ExitError {
  return new ExitError(
    `Cannot write a unit of systemd with the path "${path}": found ${found}, ` +
      "expected a path without, move the folder",
    EXIT.config,
  );
}
