import { fileURLToPath } from "node:url";

/** A handler in a temporary file, deleted on dispose. */
export interface TestHandler extends AsyncDisposable {
  readonly path: string;
  /** The server arguments that select it. */
  readonly args: readonly string[];
}

/** Server arguments for `handlers/trouble.js`, which throws, blocks or exits on request. */
export const TROUBLE = handlerArgs(
  fileURLToPath(import.meta.resolve("../handlers/trouble.js")),
);

/** A folder inside the project: servers have its configuration already, and need not start again. */
const FOLDER = fileURLToPath(import.meta.resolve("../../dist/handlers"));

/** Writes a handler to a temporary file; plain JavaScript, so that the executable can load it. */
export async function makeHandler(source: string): Promise<TestHandler> {
  await Deno.mkdir(FOLDER, { recursive: true });
  return await writeHandler(source, await Deno.makeTempFile({ dir: FOLDER, suffix: ".js" }));
}

/**
 * The same outside of the project, where users have theirs: from source, a server starts
 * again to load it. For tests that depend on how a handler is loaded.
 */
export async function makeForeignHandler(source: string): Promise<TestHandler> {
  return await writeHandler(source, await Deno.makeTempFile({ suffix: ".js" }));
}

async function writeHandler(source: string, path: string): Promise<TestHandler> {
  await Deno.writeTextFile(path, source);
  return {
    path,
    args: handlerArgs(path),
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}

/** A handler to be changed and reloaded: a module that imports a second one. */
export interface VersionHandler extends TestHandler {
  /** Writes a version of both modules; `source` replaces the handler's own module. */
  write(version: number, source?: string): Promise<void>;
}

/**
 * Makes a handler that answers each line with the versions of both modules and the line, outside
 * of the project.
 */
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
