const decoder = new TextDecoder();

/**
 * C0 controls, C1 controls (some terminals obey them), every character that some
 * program treats as a line break, and those that change the direction of text.
 */
export const CONTROLS =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A client's bytes as text for a log. Control characters become `\xNN` or
 * `\u{N}`, so that a client can neither forge a line nor control a terminal.
 *
 * @param limit Maximum number of characters; longer text is cut, and ends in an ellipsis.
 */
export function printable(data: Uint8Array | string, limit: number): string {
  const text = typeof data === "string" ? data : decoder.decode(data.subarray(0, limit * 4));
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(CONTROLS, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
