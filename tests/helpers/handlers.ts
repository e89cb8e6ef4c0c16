import { fileURLToPath } from "node:url";

/** A handler that a test makes, as long as it runs. */
export interface TestHandler extends AsyncDisposable {
  readonly path: string;
  /** The arguments of a server with it. */
  readonly args: readonly string[];
}

/** The arguments of a server with the handler that does harm when it is told to. */
export const TROUBLE = handlerArgs(
  fileURLToPath(import.meta.resolve("../handlers/trouble.js")),
);

/** Writes a handler, in plain JavaScript, which the executable can load too. */
export async function makeHandler(source: string): Promise<TestHandler> {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(path, source);
  return {
    path,
    args: handlerArgs(path),
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}

/** A handler that changes: two modules, of which one imports the other. */
export interface VersionHandler extends TestHandler {
  /** Writes a version of both modules, or the given text as the handler. */
  write(version: number, source?: string): Promise<void>;
}

/** Makes a handler that answers a line with the version of both its modules and the line. */
export async function makeVersionHandler(): Promise<VersionHandler> {
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
    args: handlerArgs(path),
    write,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function handlerArgs(path: string): readonly string[] {
  return ["--handler", path];
}
