const decoder = new TextDecoder();
// Taken before a handler can replace it: it shares the globals of its thread with the codec.
const decode = decoder.decode.bind(decoder);

/** Decodes `bytes[from..to]`, which must be ASCII. */
export function ascii(bytes: Uint8Array, from: number, to: number): string {
  return decode(bytes.subarray(from, to));
}

/** Decodes each byte to the character with its code (the Fetch standard's "isomorphic decode"). */
export function isomorphic(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let decoded = "";
  for (let at = from; at < to; at++) decoded += String.fromCharCode(bytes[at] as number);
  return decoded;
}

/** Whether a character code is whitespace in HTTP: a space or a tab (RFC 9110, 5.6.3). */
export function isBlank(code: number | undefined): boolean {
  return code === 32 || code === 9;
}

/** Trims spaces and tabs; trim() would also remove characters that are not whitespace in HTTP. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
