/** Part of a file. */
export interface ByteRange {
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

const SET = /^bytes=(.*)$/i;
const RANGE = /^(\d*)-(\d*)$/;

/**
 * Reads a Range field (RFC 9110, 14.2).
 *
 * @param size Bytes of the file.
 * @returns The range; "unsatisfiable" if the file ends before it. Null sends the
 * whole, which a server may always do: where the field is malformed, names more
 * ranges than one, or the file is empty, so that it has no first byte to name.
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
