/** A configuration file in a temporary folder, deleted on dispose. */
export interface ConfigFile extends AsyncDisposable {
  /** The server arguments that select it. */
  readonly args: readonly string[];
  write(text: string): Promise<void>;
}

/** Makes a configuration file. */
export async function makeConfig(text: string): Promise<ConfigFile> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sluice.toml`;
  await Deno.writeTextFile(path, text);
  return {
    args: ["--config", path],
    write: (text) => Deno.writeTextFile(path, text),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
