/** The files that peers start with. */
import type { Launch } from "../candidate.ts";
import type { PeerJob } from "./peer.ts";

/**
 * Writes a file of a peer, such as its configuration.
 *
 * @param values Replace each `{{name}}` in the text.
 * @returns Its path.
 * @throws {Error} If the text contains a name without a value.
 */
export async function writeFile(
  folder: string,
  name: string,
  text: string,
  values: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const path = `${folder}/${name}`;
  const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`Cannot write ${name}: no value for {{${key}}}`);
    return String(value);
  });
  await Deno.writeTextFile(path, filled);
  return path;
}

/**
 * Prepares a server that is one file of source, and listens on the `PORT` of its environment.
 *
 * @param command Runs the file whose path is added.
 */
export async function launchSource(
  { folder, port }: PeerJob,
  [name, text]: readonly [name: string, text: string],
  command: readonly [program: string, ...args: string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Launch> {
  const path = await writeFile(folder, name, text);
  return { command: [...command, path], env: { ...env, PORT: String(port) } };
}
