/**
 * Writes a file of a peer.
 *
 * @param values What stands for each `{{name}}` of the text.
 * @returns Its path.
 * @throws {Error} If the text has a name that has no value.
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
