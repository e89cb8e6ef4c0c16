import { EXIT, ExitError } from "../../../base/exit.ts";
import { readBytes } from "../../../base/read_text_file.ts";

/** The shortest key, in bytes: as long as the hash. */
const SHORTEST = 32;

/**
 * Reads the secret of sticky cookies: the bytes of a file, all of them.
 *
 * @throws {ExitError} 66 if it is not a readable file, 77 if permission is denied, 78 if it
 * is too short or too large.
 */
export async function readStickyKey(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = `the key file ${JSON.stringify(path)}`;
  const key = await readBytes(path, file);
  if (key.length >= SHORTEST) return key;
  throw new ExitError(
    `Cannot use ${file}: found ${key.length} bytes, expected ${SHORTEST} or more, ` +
      `such as those of: head -c ${SHORTEST} /dev/urandom`,
    EXIT.config,
  );
}
