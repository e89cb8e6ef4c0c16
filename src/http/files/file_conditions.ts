/** Conditional requests (RFC 9110, 13). */
import { parseHttpDate } from "./http_date.ts";
import type { HttpRequest } from "../message.ts";

/** What tells one version of a file from another. */
export interface Validators {
  /** An entity tag, weak as long as the file has just been changed. */
  readonly tag: string;
  /** The time of the last change: milliseconds, of whole seconds, never in the future. */
  readonly modified: number;
}

/**
 * How long, in milliseconds, a file may change again without another time of change:
 * there are file systems that count in steps of two seconds.
 */
const TIME_STEP = 2000;

/**
 * Makes the validators of a file from its size and its time of change. The tag is
 * strong, because a download can be resumed with no other; so who replaces a file
 * by one of the same size must not give it the same time.
 *
 * @param coding Of its content; null for none. Each has tags of its own.
 * @param now Milliseconds.
 */
export function validatorsOf(
  { size, changed }: { readonly size: number; readonly changed: number },
  coding: string | null,
  now: number,
): Validators {
  const weak = now - changed < TIME_STEP ? "W/" : "";
  const suffix = coding === null ? "" : `-${coding}`;
  return {
    tag: `${weak}"${size.toString(16)}-${changed.toString(16)}${suffix}"`,
    modified: Math.floor(Math.min(changed, now) / 1000) * 1000,
  };
}

/** What a condition lets a request have: the file, "unchanged" (304), or "failed" (412). */
export type Verdict = "send" | "unchanged" | "failed";

/** Judges the conditions of a GET or HEAD, in the order of RFC 9110, 13.2.2. */
export function judge(request: HttpRequest, { tag, modified }: Validators): Verdict {
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

/** Whether If-Range is absent, or names this very version (RFC 9110, 13.1.5). */
export function isSameVersion(request: HttpRequest, { tag, modified }: Validators): boolean {
  const value = request.header("if-range");
  if (value === null) return true;
  if (value.endsWith('"')) return value === tag && isStrong(tag);
  // A date is as weak as the tag is: the file may change again within this second.
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
