import { printable } from "../../base/printable.ts";
import { parseBinaryHeader } from "./binary_header.ts";
import { type ProxyHeader, ProxyHeaderError, SIGNATURE, TEXT_BEGIN } from "./header.ts";
import { parseTextHeader } from "./text_header.ts";

/** How much of what is no header an error quotes, in characters. */
const QUOTED = 24;

/**
 * Parses a header of the PROXY protocol, version 1 or 2, as specified in HAProxy's
 * proxy-protocol.txt (2020/03/05).
 *
 * @param bytes What has arrived so far, from the first byte of the connection.
 * @returns null if more bytes are needed: at most 107 for version 1, 4112 for version 2.
 * @throws {ProxyHeaderError} As soon as the bytes cannot become a valid header.
 */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeader | null {
  if (isBegin(bytes, SIGNATURE)) return parseBinaryHeader(bytes);
  if (isBegin(bytes, TEXT_BEGIN)) return parseTextHeader(bytes);
  throw new ProxyHeaderError(
    `found "${printable(bytes, QUOTED)}", expected a header of the PROXY protocol, version 1 or 2`,
  );
}

/** Whether the bytes begin with those of `whole`, as far as there are any. */
function isBegin(bytes: Uint8Array, whole: Uint8Array): boolean {
  const length = Math.min(bytes.length, whole.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== whole[i]) return false;
  return true;
}
