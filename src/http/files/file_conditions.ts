/** Conditional requests (RFC 9110, 13). */
import type { HttpRequest } from "../message.ts";
import { parseHttpDate } from "./http_date.ts";

/** What identifies a version of a file (RFC 9110, 8.8). */
export interface Validators {
  /** An entity tag, which is weak while the file is new. */
  readonly tag: string;
  /** The modification time in milliseconds, rounded down to a second, and never in the future. */
  readonly modified: number;
}

/**
 * How long, in milliseconds, a file may change again without a new modification
 * time: some file systems have a resolution of two seconds.
 */
const TIME_RESOLUTION = 2000;

/**
 * Makes the validators of a file from its size and modification time. The tag is
 * strong, since downloads can be resumed only with a strong one. This relies on files
 * never being replaced by others of the same size and modification time.
 *
 * @param coding The content coding, since each has its own tag; null for none.
 * @param now In milliseconds since the epoch.
 */
export function validatorsOf(
  { size, changed }: { readonly size: number; readonly changed: number },
  coding: string | null,
  now: number,
): Validators {
  const weak = now - changed < TIME_RESOLUTION ? "W/" : "";
  const suffix = coding === null ? "" : `-${coding}`;
  return {
    tag: `${weak}"${size.toString(16)}-${changed.toString(16)}${suffix}"`,
    modified: Math.floor(Math.min(changed, now) / 1000) * 1000,
  };
}

/** The result of preconditions: send the file, "unchanged" (304), or "failed" (412). */
export type Verdict = "send" | "unchanged" | "failed";

/** Evaluates the preconditions of a GET or HEAD, in the order of RFC 9110, 13.2.2. */
export function evaluate(request: HttpRequest, { tag, modified }: Validators): Verdict {
  const match = request.header("if-match");
  if (match !== null) {
    if (!isAny(match) && !matchesStrongly(match, tag)) return "failed";
  } else {
    const until = dateOf(request, "if-unmodified-since");
    if (until !== null && modified > until) return "failed";
  }
  const noneMatch = request.header("if-none-match");
  if (noneMatch !== null) {
    return isAny(noneMatch) || matchesWeakly(noneMatch, tag) ? "unchanged" : "send";
  }
  const since = dateOf(request, "if-modified-since");
  return since !== null && modified <= since ? "unchanged" : "send";
}

/** Whether If-Range is absent, or matches this version (RFC 9110, 13.1.5). */
export function isSameVersion(request: HttpRequest, { tag, modified }: Validators): boolean {
  const value = request.header("if-range");
  if (value === null) return true;
  if (value.endsWith('"')) return value === tag && isStrong(tag);
  // A date is no stronger than the tag: the file may change again within the same second.
  return isStrong(tag) && parseHttpDate(value) === modified;
}

function dateOf(request: HttpRequest, name: string): number | null {
  const value = request.header(name);
  return value === null ? null : parseHttpDate(value);
}

function isAny(value: string): boolean {
  return value.trim() === "*";
}

function isStrong(tag: string): boolean {
  return !tag.startsWith("W/");
}

const TAG = /(?:W\/)?"[^"]*"/g;

function tagsOf(list: string): readonly string[] {
  return list.match(TAG) ?? [];
}

function matchesStrongly(list: string, tag: string): boolean {
  return isStrong(tag) && tagsOf(list).includes(tag);
}

function matchesWeakly(list: string, tag: string): boolean {
  return tagsOf(list).some((other) => opaqueOf(other) === opaqueOf(tag));
}

function opaqueOf(tag: string): string {
  return isStrong(tag) ? tag : tag.slice("W/".length);
}
