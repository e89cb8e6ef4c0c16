/** A handler that changes: two modules of plain JavaScript, which the executable can load too. */
export interface VersionHandler extends AsyncDisposable {
  readonly path: string;
  /** Writes a version of both modules, or the given text as the handler. */
  write(version: number, source?: string): Promise<void>;
}

/** Makes a handler that answers a line with the version of both its modules and the line. */
export async function versionHandler(): Promise<VersionHandler> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/handler.js`;
  async function write(version: number, source?: string): Promise<void> {
    await Deno.writeTextFile(`${folder}/version.js`, `export const version = ${version};`);
    await Deno.writeTextFile(
      path,
      source ??
        `import { version } from "./version.js";
        const own = ${version};
        export default {
          framing: { type: "lines" },
          handle: (line) => \`\${own} \${version} \${line}\`,
        };`,
    );
  }
  await write(0);
  return {
    path,
    write,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
