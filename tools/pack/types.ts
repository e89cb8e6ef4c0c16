/** The declarations of what others may import. */
import { dirname, join, relative } from "node:path";
import { run } from "../run.ts";

/** The compiler, which no other part of the project needs. */
const TYPESCRIPT = "typescript@5.9.3";
/** How long it may take, in milliseconds, with its download. */
const LIMIT = 120_000;
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
  const written = await Deno.makeTempDir();
  try {
    await compile(source, entries, written);
    const declarationOf = (path: string) => relative(source, path).replace(/\.ts$/, ".d.ts");
    for (const [path, text] of await reachable(written, entries.map(declarationOf))) {
      await Deno.mkdir(dirname(join(output, path)), { recursive: true });
      await Deno.writeTextFile(join(output, path), text);
    }
  } finally {
    await Deno.remove(written, { recursive: true });
  }
}

/** Writes the declarations of all modules that some import. */
async function compile(source: string, entries: readonly string[], output: string): Promise<void> {
  const options = [
    ...["--declaration", "--emitDeclarationOnly", "--strict", "--allowImportingTsExtensions"],
    ...["--target", "esnext", "--module", "esnext", "--moduleResolution", "bundler"],
    // `deno check` checks them, and knows the types of the runtime.
    ...["--noCheck", "--lib", "esnext", "--typeRoots", output],
    ...["--rootDir", source, "--outDir", output],
  ];
  const args = ["-y", "-p", TYPESCRIPT, "tsc", ...options, ...entries];
  const { ok, output: said } = await run("npx", args, LIMIT);
  if (!ok) throw new Error(`Cannot write the declarations: ${said}`);
}

/** The texts of some declarations and of all that they import, by their paths in a folder. */
async function reachable(
  folder: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const paths = new Set(wanted);
  for (const path of paths) {
    const text = (await Deno.readTextFile(join(folder, path))).replaceAll(IMPORT, '$1$2.d.ts"');
    texts.set(path, text);
    for (const [, specifier = ""] of text.matchAll(/"(\.[^"]+\.d\.ts)"/g)) {
      paths.add(join(dirname(path), specifier));
    }
  }
  return texts;
}
