/** A range of bytes of a file. */
export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const SET = /^bytes=(.*)$/i;
const RANGE = /^(\d*)-(\d*)$/;

/**
 * Parses a Range field (RFC 9110, 14.2).
 *
 * @param size Of the file, in bytes.
 * @returns The range; "unsatisfiable" if it begins after the end of the file; null
 * to send the whole file, if the field is malformed or has several ranges, or if
 * the file is empty. A server may always ignore the field.
 */
export function parseRange(value: string, size: number): ByteRange | "unsatisfiable" | null {
  const [range, ...more] = (SET.exec(value)?.[1] ?? "").split(",").map((part) => part.trim())
    .filter((part) => part !== "");
  const [, first = "", last = ""] = RANGE.exec(range ?? "") ?? [];
  if (more.length > 0 || (first === "" && last === "") || size === 0) return null;
  if (first === "") return suffixOf(Number(last), size);
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return null;
  return start < size ? { start, end } : "unsatisfiable";
}

function suffixOf(length: number, size: number): ByteRange | "unsatisfiable" {
  return length === 0 ? "unsatisfiable" : { start: Math.max(0, size - length), end: size };
}
