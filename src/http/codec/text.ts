const decoder = new TextDecoder();

/** Decodes bytes that are known to be ASCII. */
export function ascii(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

/** A character for each byte, as the Fetch standard decodes fields ("isomorphic decode"). */
export function isomorphic(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let decoded = "";
  for (let at = from; at < to; at++) decoded += String.fromCharCode(bytes[at] as number);
  return decoded;
}

/** Whether it is a space or a tab, which is all white space that HTTP has. */
export function isBlank(code: number | undefined): boolean {
  return code === 32 || code === 9;
}

/** A text without the blanks around it; trim() would take other characters, too. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
