/** The token of the admin port, of which only a digest is kept. */
import { createHash, timingSafeEqual } from "node:crypto";
import { EXIT, ExitError } from "../../base/exit.ts";
import { readTextFile } from "../../base/read_text_file.ts";

/** The least characters of a token. */
const SHORTEST = 16;

/** The SHA-256 digest of a token. */
export type TokenDigest = Uint8Array;

/**
 * Reads the token of `--admin-token-file`, without whitespace around it.
 *
 * @returns Its digest.
 * @throws {ExitError} 66 if the file is not readable, 77 if permission is denied, 78 if the token
 * is too short, or has characters that a header field cannot carry.
 */
export async function readToken(path: string): Promise<TokenDigest> {
  const file = `the token file "${path}"`;
  const token = (await readTextFile(path, file)).trim();
  if (token.length < SHORTEST) {
    const found = token === "" ? "nothing in it" : `${token.length} characters`;
    throw new ExitError(
      `Cannot use ${file}: found ${found}, expected a token of at least ${SHORTEST} characters`,
      EXIT.config,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ExitError(
      `Cannot use ${file}: found white space or other characters in the token, expected ` +
        "visible ASCII characters on one line",
      EXIT.config,
    );
  }
  return digestOf(token);
}

/** The digest of a text. */
export function digestOf(text: string): TokenDigest {
  return new Uint8Array(createHash("sha256").update(text).digest());
}

/** Whether a text is the token. The time that it takes tells nothing of the token, nor its length. */
export function isToken(text: string, token: TokenDigest): boolean {
  return timingSafeEqual(digestOf(text), token);
}
