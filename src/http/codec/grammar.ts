/** The character sets of HTTP/1.1 (RFC 9110, 5.5 and 5.6.2; RFC 3986, 3), as tables of 256 bytes. */

const [COLON, OPENING, CLOSING] = [58, 91, 93];
const encoder = new TextEncoder();

/** Makes a table with a 1 for each byte in the set. */
function tableOf(isIn: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => isIn(byte) ? 1 : 0);
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

function alphanumericOr(characters: string): (byte: number) => boolean {
  const set = new Set(encoder.encode(characters));
  return (byte) => isAlphanumeric(byte) || set.has(byte);
}

/** `tchar`: the characters of methods and field names. */
export const TOKEN = tableOf(alphanumericOr("!#$%&'*+-.^_`|~"));

/** `field-vchar`, SP and HTAB: the characters of field values; bytes above 127 are opaque. */
export const FIELD_VALUE = tableOf((byte) => byte === 9 || (byte >= 32 && byte !== 127));

/**
 * The characters of request targets: all visible ASCII except "#", since fragments
 * are not sent. RFC 3986 allows fewer, but browsers send "|" and others unencoded.
 */
export const TARGET = tableOf((byte) => byte > 32 && byte < 127 && byte !== 35);

const DIGIT = tableOf((byte) => byte >= 48 && byte <= 57);

/** The characters of host names and IPv4 addresses (RFC 3986, 3.2.2). */
const HOST = tableOf(alphanumericOr("!$&'()*+,;=-._~%"));

/** The characters of an IP literal, between its brackets. */
const LITERAL = tableOf(alphanumericOr("!$&'()*+,;=-._~%:"));

/** The value of each hexadecimal digit; 255 for any other byte. */
export const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/** The position of the first byte in `bytes[from..to]` that is not in the set; `to` if all are. */
export function endOf(set: Uint8Array, bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && set[bytes[at] as number] === 1) at++;
  return at;
}

/** Whether all of `bytes[from..to]` are in the set. */
export function isAll(set: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  return endOf(set, bytes, from, to) === to;
}

/** Whether `bytes[from..to]` is a host with an optional port (RFC 9110, 7.2; RFC 3986, 3.2.2). */
export function isHost(bytes: Uint8Array, from: number, to: number): boolean {
  let end = endOf(HOST, bytes, from, to);
  if (bytes[from] === OPENING) {
    end = endOf(LITERAL, bytes, from + 1, to);
    if (end === from + 1 || bytes[end++] !== CLOSING) return false;
  }
  if (end === from) return false;
  return end === to || (bytes[end] === COLON && isAll(DIGIT, bytes, end + 1, to));
}
