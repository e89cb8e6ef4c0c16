/** Health checks as people write them: `tcp`, `http:/health`, and the status expected: `200-399`. */

/** Status codes from one to another, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** How a check of a backend is made, in its short form. */
export type CheckKind =
  | { readonly kind: "none" }
  /** It accepts a connection. */
  | { readonly kind: "tcp" }
  /** It answers `GET path`; the path begins with a slash and may have a query. */
  | { readonly kind: "http"; readonly path: string };

const HTTP = "http:";
/**
 * The visible characters of ASCII but `#`: a fragment is never sent (RFC 9110, 7.1). Two slashes
 * would be a URL with a host, which people write by mistake.
 */
const PATH = /^\/(?!\/)[!"$-~]*$/;
const RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;

/**
 * Reads `none`, `tcp` or `http:/path`.
 *
 * @returns The check; null if the text is none of these.
 */
export function parseCheckKind(text: string): CheckKind | null {
  if (text === "none" || text === "tcp") return { kind: text };
  if (!text.startsWith(HTTP)) return null;
  const path = text.slice(HTTP.length);
  return PATH.test(path) ? { kind: "http", path } : null;
}

/**
 * Reads `200`, `200-399` or a list such as `200-299,304`, of status codes from 100 to 599.
 *
 * @returns The ranges; null if the text is none of these, or a range ends before it begins.
 */
export function parseStatusRanges(text: string): readonly StatusRange[] | null {
  const ranges: StatusRange[] = [];
  for (const part of text.split(",")) {
    const [isRange, first, last = first] = RANGE.exec(part.trim()) ?? [];
    const range = { from: Number(first), to: Number(last) };
    if (isRange === undefined || range.to < range.from) return null;
    ranges.push(range);
  }
  return ranges;
}

/** Formats ranges for {@linkcode parseStatusRanges}. */
export function formatStatusRanges(ranges: readonly StatusRange[]): string {
  return ranges.map(({ from, to }) => from === to ? `${from}` : `${from}-${to}`).join(",");
}
