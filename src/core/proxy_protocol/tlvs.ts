import { crc32c } from "./crc32c.ts";
import { CHECKSUM_LENGTH, CRC32C_TYPE, ProxyHeaderError, type Tlv, TLV_HEAD } from "./header.ts";

/**
 * Parses what follows the addresses of a header of version 2.
 *
 * @throws {ProxyHeaderError} If one is cut off.
 */
export function parseTlvs(bytes: Uint8Array): readonly Tlv[] {
  const tlvs: Tlv[] = [];
  for (let at = 0; at < bytes.length;) {
    const [type = 0, high, low] = bytes.subarray(at, at + TLV_HEAD);
    const start = at + TLV_HEAD;
    const end = high === undefined || low === undefined ? Infinity : start + (high << 8 | low);
    if (end > bytes.length) {
      throw new ProxyHeaderError(
        `found a TLV of type ${type} that goes beyond the end of the binary header`,
      );
    }
    tlvs.push({ type, value: bytes.subarray(start, end) });
    at = end;
  }
  return tlvs;
}

/**
 * Checks the checksum of a whole header, if it has one (proxy-protocol.txt, section 2.2.3).
 *
 * @param tlvs Views of the header.
 * @throws {ProxyHeaderError} If it is another one.
 */
export function checkChecksum(header: Uint8Array, tlvs: readonly Tlv[]): void {
  const [checksum, ...others] = tlvs.filter(({ type }) => type === CRC32C_TYPE);
  if (checksum === undefined) return;
  const { value } = checksum;
  if (others.length > 0 || value.length !== CHECKSUM_LENGTH) {
    throw new ProxyHeaderError(
      `found a checksum of ${value.length} bytes, and ${others.length} others, in the binary ` +
        `header, expected one of ${CHECKSUM_LENGTH} bytes`,
    );
  }
  const found = new DataView(value.buffer, value.byteOffset).getUint32(0);
  const at = value.byteOffset - header.byteOffset;
  const expected = crc32c(header.slice().fill(0, at, at + CHECKSUM_LENGTH));
  if (found === expected) return;
  throw new ProxyHeaderError(
    `found checksum ${hex(found)} in the binary header, expected ${hex(expected)}`,
  );
}

function hex(checksum: number): string {
  return `0x${checksum.toString(16).padStart(8, "0")}`;
}
