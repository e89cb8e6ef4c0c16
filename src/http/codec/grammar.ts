/** The characters of HTTP/1.1 (RFC 9110, 5.6.2 and 5.5; RFC 3986, 3), as tables over bytes. */

const [COLON, OPENING, CLOSING] = [58, 91, 93];
const encoder = new TextEncoder();

/** Makes a table with 1 for each byte that is in the set. */
function tableOf(isIn: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => isIn(byte) ? 1 : 0);
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

function others(characters: string): (byte: number) => boolean {
  const set = new Set(encoder.encode(characters));
  return (byte) => isAlphanumeric(byte) || set.has(byte);
}

/** `tchar`: what methods and field names are made of. */
export const TOKEN = tableOf(others("!#$%&'*+-.^_`|~"));

/** `field-vchar`, SP and HTAB: what field values are made of; bytes above 127 are opaque. */
export const FIELD_VALUE = tableOf((byte) => byte === 9 || (byte >= 32 && byte !== 127));

/**
 * What request targets are made of: all that is visible but "#", which begins
 * a part that is not sent. More than RFC 3986 has: browsers send "|" and others bare.
 */
export const TARGET = tableOf((byte) => byte > 32 && byte < 127 && byte !== 35);

const DIGIT = tableOf((byte) => byte >= 48 && byte <= 57);

/** What names and addresses of hosts are made of (RFC 3986, 3.2.2). */
const HOST = tableOf(others("!$&'()*+,;=-._~%"));

/** What an address in brackets is made of. */
const LITERAL = tableOf(others("!$&'()*+,;=-._~%:"));

/** The value of a hexadecimal digit; 255 is none. */
export const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/** Where the first byte is, from `from` up to `to`, that is not in a set. */
export function endOf(set: Uint8Array, bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && set[bytes[at] as number] === 1) at++;
  return at;
}

/** Whether all bytes from `from` up to `to` are in a set. */
export function isAll(set: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  return endOf(set, bytes, from, to) === to;
}

/** Whether it is a host, with a port or without (RFC 9110, 7.2; RFC 3986, 3.2.2). */
export function isHost(bytes: Uint8Array, from: number, to: number): boolean {
  let end = endOf(HOST, bytes, from, to);
  if (bytes[from] === OPENING) {
    end = endOf(LITERAL, bytes, from + 1, to);
    if (end === from + 1 || bytes[end++] !== CLOSING) return false;
  }
  if (end === from) return false;
  return end === to || (bytes[end] === COLON && isAll(DIGIT, bytes, end + 1, to));
}
