/** The project's own source, for the tests that enforce its rules. */

/** The project's root. */
export const ROOT = new URL("../../", import.meta.url);

/** A source file. */
export interface SourceFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
  /** The files that it imports, from the project's root. */
  readonly imports: readonly string[];
}

function filesUnder(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) =>
    entry.isDirectory
      ? filesUnder(`${folder}${entry.name}/`)
      : entry.name.endsWith(".ts")
      ? [`${folder}${entry.name}`]
      : []
  ).sort();
}

const STATIC = /^(?:import|export)\s+(?:[\w*\s{},$]*?\sfrom\s+)?"(\.[^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"(\.[^"]+)"/g;

/** Finds the files of the project that a file imports, statically or dynamically. */
export function importsOf(path: string, text: string): string[] {
  return [STATIC, DYNAMIC].flatMap((pattern) => [...text.matchAll(pattern)])
    .map(([, specifier = ""]) => new URL(specifier, new URL(path, ROOT)).href)
    .map((url) => url.slice(ROOT.href.length))
    .filter((target) => target.endsWith(".ts"));
}

/** Reads files, and all files in folders, which end with a slash. */
export function readSource(...paths: readonly string[]): readonly SourceFile[] {
  return paths.flatMap((path) => path.endsWith("/") ? filesUnder(path) : [path]).map((path) => {
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    return { path, text, imports: importsOf(path, text) };
  });
}

/** Removes comments, which may mention what the code must not do. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

/** A function: its first line, and its number of lines. */
export interface FunctionLength {
  readonly line: string;
  readonly lines: number;
}

const NOT_A_FUNCTION =
  /^(?:export )?(?:class|interface|type|enum|if|for|while|switch|else|try|catch|\})\b/;
const OPENS_A_FUNCTION = /\)(?:: [^=]+)? \{$|=> \{$/;

/** Measures functions and methods as the formatter lays them out: from `{` to the `}` of the same depth. */
export function functionLengths(text: string): FunctionLength[] {
  const lines = text.split("\n");
  const depthOf = (line: string) => line.length - line.trimStart().length;
  return lines.flatMap((line, start) => {
    if (NOT_A_FUNCTION.test(line.trim()) || !OPENS_A_FUNCTION.test(line)) return [];
    const end = lines.findIndex((other, i) =>
      i > start && depthOf(other) === depthOf(line) && other.trimStart().startsWith("}")
    );
    return [{ line: line.trim(), lines: end - start + 1 }];
  });
}
