const encoder = new TextEncoder();

/** Writes all of a text to standard output or standard error, synchronously. */
export function writeText(
  stream: { writeSync(data: Uint8Array): number },
  text: string,
): void {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}

/** Writes all of the bytes, however few the stream takes at a time. */
export async function writeAll(
  stream: { write(data: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await stream.write(rest));
}
