import { dirname, join } from "node:path";

/** A folder with the files of an app, deleted on dispose. */
export interface AppFolder extends AsyncDisposable {
  readonly folder: string;
}

/** Writes files, by their relative paths, into a folder of their own. */
export async function makeApp(files: Readonly<Record<string, string>>): Promise<AppFolder> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
