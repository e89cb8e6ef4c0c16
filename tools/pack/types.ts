/** The declarations of what `src/mod.ts` exports. */
import { dirname, join } from "node:path";
import ts from "typescript";

/** A relative import of a declaration, as the compiler writes it. */
const IMPORT = /((?:from|import\() ?")(\.[^"]+)\.ts"/g;

/**
 * Writes the declaration of `mod.ts` and of all that it refers to.
 *
 * @param source The folder of `mod.ts`.
 * @throws {Error} If the compiler cannot write them.
 */
export async function emitTypes(source: string, output: string): Promise<void> {
  const main = join(source, "mod.ts");
  const program = ts.createProgram([main], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    // `deno check` does that, and knows the types of the runtime.
    noCheck: true,
    noLib: true,
    types: [],
    strict: true,
    rootDir: source,
    outDir: output,
  });
  const declarations = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    declarations.set(path, text.replaceAll(IMPORT, '$1$2.d.ts"'));
  });
  const [error] = diagnostics;
  if (error !== undefined) {
    throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  }
  for (const path of reachable(join(output, "mod.d.ts"), declarations)) {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, declarations.get(path) ?? "");
  }
}

/** The paths of a declaration and of all that it imports. */
function reachable(main: string, declarations: ReadonlyMap<string, string>): Set<string> {
  const found = new Set([main]);
  for (const path of found) {
    for (const [, relative] of declarations.get(path)?.matchAll(/"(\.[^"]+\.d\.ts)"/g) ?? []) {
      const imported = join(dirname(path), relative ?? "");
      if (declarations.has(imported)) found.add(imported);
    }
  }
  return found;
}
