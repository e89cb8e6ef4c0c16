const encoder = new TextEncoder();

/** Writes all of a text to standard output or standard error, synchronously. */
export function writeText(
  stream: { writeSync(data: Uint8Array): number },
  text: string,
): void {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}
