import { EXIT, ExitError } from "./exit.ts";
import { demand } from "./permissions.ts";
import { cannotRead } from "./system_errors.ts";

/** Maximum size in bytes: many times what any file of ours holds. */
const MAX_SIZE = 4 * 1024 ** 2;
const CHUNK_SIZE = 64 * 1024;

/**
 * Reads a text file that a user names. Refuses what would block or never end (FIFOs,
 * devices), and what is not UTF-8. A byte order mark is removed.
 *
 * @param file The file, as named in messages: `the status file "s.json"`.
 * @throws {ExitError} 66 if it is not a readable file, 77 if permission is denied, 78 if it
 * is too large or not UTF-8.
 */
export async function readTextFile(path: string, file: string): Promise<string> {
  const bytes = await readBytes(path, file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refusal(file, "invalid bytes, expected text in UTF-8");
  }
}

/**
 * Reads a file that a user names, like {@linkcode readTextFile}, whatever it holds.
 *
 * @throws {ExitError} 66 if it is not a readable file, 77 if permission is denied, 78 if it
 * is too large.
 */
export async function readBytes(path: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  demand({ name: "read", path }, `read ${file}`);
  const bytes = await readAtMost(path, MAX_SIZE + 1).catch((error) => {
    throw cannotRead(file, error);
  });
  if (bytes.length > MAX_SIZE) throw refusal(file, "more than 4 MB, expected less");
  return bytes;
}

async function readAtMost(path: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const { isFile, isDirectory } = await Deno.stat(path);
  if (isDirectory) throw new Deno.errors.IsADirectory();
  if (!isFile) throw new Error("It is not a regular file");
  using file = await Deno.open(path);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(CHUNK_SIZE);
  for (let length = 0; length < limit;) {
    const count = await file.read(buffer);
    if (count === null) break;
    chunks.push(buffer.slice(0, count));
    length += count;
  }
  return await new Blob(chunks).bytes();
}

function refusal(file: string, found: string): ExitError {
  return new ExitError(`Cannot read ${file}: found ${found}`, EXIT.config);
}
