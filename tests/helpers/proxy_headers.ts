/** Headers of the PROXY protocol, as proxies send them and as none should. */

const encoder = new TextEncoder();

/** Bytes from text of one character each, and hexadecimal digits in between. */
export function bytesOf(
  ...parts: readonly (string | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    parts.flatMap((part) => typeof part === "string" ? [...encoder.encode(part)] : part),
  );
}

/** The signature of version 2, as the specification lists it. */
export const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

/** A header of version 2; the length is that of `rest` unless given. */
export function binary(
  command: number,
  family: number,
  rest: readonly number[] = [],
  length = rest.length,
): Uint8Array<ArrayBuffer> {
  return bytesOf([...SIGNATURE, command, family, length >> 8, length & 0xff, ...rest]);
}

/** 192.168.0.1 port 56324, a client of 192.168.0.11 port 443. */
export const IPV4_ENDS = [192, 168, 0, 1, 192, 168, 0, 11, 0xdc, 0x04, 0x01, 0xbb];
/** The same as text. */
export const IPV4_LINE = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
/** fd00::1 port 1, a client of fd00::2 port 65535. */
export const IPV6_ENDS = [
  ...[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...[0, 1, 0xff, 0xff],
];

/** A TLV. */
export function tlv(type: number, value: readonly number[], length = value.length): number[] {
  return [type, length >> 8, length & 0xff, ...value];
}

const NONE = "expected a header of the PROXY protocol";

/** What no proxy may send: a name, the bytes, and a part of the reason for its refusal. */
export const MALFORMED: readonly (readonly [string, Uint8Array<ArrayBuffer>, string])[] = [
  ["a request of HTTP", bytesOf("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), `found "GET / HTTP/1.1`],
  ["a hello of TLS", bytesOf([0x16, 0x03, 0x01, 0x02, 0x00]), NONE],
  ["an SSH banner", bytesOf("SSH-2.0-OpenSSH_9.2\r\n"), NONE],
  ["zeros", bytesOf([0, 0, 0, 0, 0, 0, 0, 0]), NONE],
  ["the word in small letters", bytesOf("proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), NONE],
  ["another word", bytesOf("PROXIES TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), NONE],
  ["a tab after the word", bytesOf("PROXY\tTCP4 1.2.3.4 1.2.3.4 1 2\r\n"), NONE],
  ["a space before the word", bytesOf(" PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), NONE],
  ["the word without more", bytesOf("PROXY\r\n"), NONE],
  ["no protocol", bytesOf("PROXY \r\n"), `found ""`],
  ["two spaces before the protocol", bytesOf("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), `found ""`],
  ["an unknown protocol", bytesOf("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"), `found "UDP4"`],
  ["a protocol that begins like another", bytesOf("PROXY UNKNOWNS\r\n"), `found "UNKNOWNS"`],
  ["a protocol alone", bytesOf("PROXY TCP4\r\n"), "found 2 words"],
  ["no ports", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4\r\n"), "found 4 words"],
  ["one port", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), "found 5 words"],
  ["three ports", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n"), "found 7 words"],
  ["a space at the end", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n"), "found 7 words"],
  ["a number above 255", bytesOf("PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n"), `found "1.2.3.256"`],
  ["a leading zero", bytesOf("PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n"), `found "01.2.3.4"`],
  ["a hexadecimal number", bytesOf("PROXY TCP4 0x1.2.3.4 1.2.3.4 1 2\r\n"), `found "0x1.2.3.4"`],
  ["three numbers", bytesOf("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n"), `found "1.2.3"`],
  ["a name", bytesOf("PROXY TCP4 localhost 1.2.3.4 1 2\r\n"), `found "localhost"`],
  ["IPv6 as IPv4", bytesOf("PROXY TCP4 ::1 ::1 1 2\r\n"), `found "::1"`],
  ["IPv4 as IPv6", bytesOf("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n"), `found "1.2.3.4"`],
  ["two families", bytesOf("PROXY TCP6 ::1 1.2.3.4 1 2\r\n"), `found "1.2.3.4"`],
  ["two double colons", bytesOf("PROXY TCP6 1::2::3 ::1 1 2\r\n"), `found "1::2::3"`],
  ["nine groups", bytesOf("PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n"), `found "1:2:3`],
  ["a group of five digits", bytesOf("PROXY TCP6 12345::1 ::1 1 2\r\n"), `found "12345::1"`],
  ["a zone", bytesOf("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n"), `found "fe80::1%eth0"`],
  ["brackets", bytesOf("PROXY TCP6 [::1] ::1 1 2\r\n"), `found "[::1]"`],
  ["a port above 65535", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n"), `found "65536"`],
  ["a negative port", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n"), `found "-1"`],
  ["a port with a leading zero", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 080 2\r\n"), `found "080"`],
  ["a port that is no number", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 http 2\r\n"), `found "http"`],
  [
    "an address with control characters",
    bytesOf("PROXY TCP4 1.2.3.4\x1b[2J 1.2.3.4 1 2\r\n"),
    "\\x1b",
  ],
  ["an address that is no ASCII", bytesOf("PROXY TCP4 １.2.3.4 1.2.3.4 1 2\r\n"), "in the line"],
  ["a line that ends in LF", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n"), "found LF alone"],
  ["a line that ends in CR", bytesOf("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rx"), "found CR alone"],
  ["LF in what UNKNOWN leaves open", bytesOf("PROXY UNKNOWN a\nb\r\n"), "found LF alone"],
  ["a line of 108 bytes", bytesOf(`PROXY UNKNOWN ${"f".repeat(92)}\r\n`), "in 107 bytes"],
  ["a line without an end", bytesOf(`PROXY TCP4 ${"1".repeat(1000)}`), "in 107 bytes"],
  ["a broken signature", bytesOf([...SIGNATURE.slice(0, 11), 0x0d, 0x21, 0x11, 0, 0]), NONE],
  ["version 1 in bytes", binary(0x11, 0x11, IPV4_ENDS), "found version 1"],
  ["version 3 in bytes", binary(0x31, 0x11, IPV4_ENDS), "found version 3"],
  ["an unknown command", binary(0x22, 0x11, IPV4_ENDS), "found command 2"],
  ["an unknown address family", binary(0x21, 0x41, IPV4_ENDS), "found address family 4"],
  ["an unknown transport protocol", binary(0x21, 0x13, IPV4_ENDS), "found transport protocol 3"],
  ["no addresses of IPv4", binary(0x21, 0x11), "found length 0"],
  ["cut addresses of IPv4", binary(0x21, 0x11, IPV4_ENDS.slice(1)), "found length 11"],
  ["addresses of IPv4 as IPv6", binary(0x21, 0x21, IPV4_ENDS), "found length 12"],
  ["cut addresses of IPv6", binary(0x21, 0x21, IPV6_ENDS.slice(1)), "found length 35"],
  ["cut paths", binary(0x21, 0x31, new Array(215).fill(0)), "found length 215"],
  ["a length of 4097", binary(0x21, 0x11, IPV4_ENDS, 4097), "found length 4097"],
  ["a length of 65535 after LOCAL", binary(0x20, 0x00, [], 0xffff), "found length 65535"],
  ["a TLV without a length", binary(0x21, 0x11, [...IPV4_ENDS, 4, 0]), "a TLV of type 4"],
  ["a TLV of one byte", binary(0x21, 0x11, [...IPV4_ENDS, 4]), "a TLV of type 4"],
  ["a cut TLV", binary(0x21, 0x11, [...IPV4_ENDS, ...tlv(2, [120], 2)]), "a TLV of type 2"],
  [
    "a wrong checksum",
    binary(0x21, 0x11, [...IPV4_ENDS, ...tlv(3, [1, 2, 3, 4])]),
    "found checksum 0x01020304",
  ],
  [
    "a checksum of three bytes",
    binary(0x21, 0x11, [...IPV4_ENDS, ...tlv(3, [1, 2, 3])]),
    "found a checksum of 3 bytes",
  ],
  [
    "two checksums",
    binary(0x21, 0x11, [...IPV4_ENDS, ...tlv(3, [0, 0, 0, 0]), ...tlv(3, [0, 0, 0, 0])]),
    "and 1 others",
  ],
];
