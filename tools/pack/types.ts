/** The declarations of what others may import. */
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** A relative import of a declaration, as the compiler writes it. */
const IMPORT = /((?:from|import\() ?")(\.[^"]+)\.ts"/g;

/**
 * Writes the declarations of modules and of all that they refer to.
 *
 * @param source The folder that all modules are in or below.
 * @param entries The paths of the modules.
 * @throws {Error} If the compiler cannot write them.
 */
export async function emitTypes(
  source: string,
  entries: readonly string[],
  output: string,
): Promise<void> {
  const program = ts.createProgram(entries, {
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
  const wanted = entries.map((path) =>
    join(output, relative(source, path)).replace(/\.ts$/, ".d.ts")
  );
  for (const path of reachable(wanted, declarations)) {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, declarations.get(path) ?? "");
  }
}

/** The paths of some declarations and of all that they import. */
function reachable(
  wanted: readonly string[],
  declarations: ReadonlyMap<string, string>,
): Set<string> {
  const found = new Set(wanted);
  for (const path of found) {
    for (const [, specifier] of declarations.get(path)?.matchAll(/"(\.[^"]+\.d\.ts)"/g) ?? []) {
      const imported = join(dirname(path), specifier ?? "");
      if (declarations.has(imported)) found.add(imported);
    }
  }
  return found;
}
