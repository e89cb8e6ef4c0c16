const decoder = new TextDecoder();

/**
 * Bytes of a client as text for a log: control characters become `\xNN` or
 * `\u{N}`, so that nobody can forge a line or drive a terminal.
 *
 * @param limit The most characters to show; a longer text ends in an ellipsis.
 */
export function printable(data: Uint8Array | string, limit: number): string {
  const text = typeof data === "string" ? data : decoder.decode(data.subarray(0, limit * 4));
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  return cut.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
