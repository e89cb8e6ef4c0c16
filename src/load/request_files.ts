import { EXIT, ExitError } from "../base/exit.ts";
import { cannotRead } from "../base/system_errors.ts";
import { quote } from "../settings/found.ts";
import { type FileMessage, messageOf } from "./request_text.ts";

/**
 * Reads a request from each file.
 *
 * @param host The value of `Host` in requests without it.
 * @throws {ExitError} 66 or 77 if a file cannot be read; 78 if its content cannot be used, or only
 * some requests are HTTP.
 */
export async function readRequestFiles(
  paths: readonly string[],
  host: string,
): Promise<readonly FileMessage[]> {
  const messages: FileMessage[] = [];
  for (const path of paths) messages.push(messageOf(await read(path), path, host));
  const [first] = messages;
  const other = messages.findIndex(({ isHttp }) => isHttp !== first?.isHttp);
  if (other !== -1) {
    const [http, plain] = first?.isHttp ? [paths[0], paths[other]] : [paths[other], paths[0]];
    throw new ExitError(
      `Cannot mix the requests ${quote(http)}, which is HTTP, and ${quote(plain)}, which is not`,
      EXIT.config,
    );
  }
  return messages;
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw cannotRead(`the request ${quote(path)}`, error);
  }
}
