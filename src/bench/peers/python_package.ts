/** Finds servers that are Python packages. */
import { ask, type Found, locate } from "./program.ts";

/** Prints the versions of Python and of the packages that are installed, one per line. */
const VERSIONS = `
import sys
print("Python", sys.version.split()[0])
for name in sys.argv[1:]:
    try:
        package = __import__(name)
    except Exception:
        continue
    print(name, getattr(package, "__version__", ""))
`;
/** Keeps Python from importing modules of the current folder. */
export const ONLY_INSTALLED = { PYTHONSAFEPATH: "1" };

const INTERPRETER = /^#! *(\/\S*python\S*)\s*\n/;

/**
 * Finds a Python that has a package: the one of the package's own program, or else `python3`.
 *
 * @param extras Packages that it uses if they are installed.
 * @returns The interpreter as the program.
 */
export async function findPackage(name: string, extras: readonly string[] = []): Promise<Found> {
  const script = locate(name);
  const own = script === null ? null : await interpreterOf(script);
  const programs = [own, locate("python3")].filter((program) => program !== null);
  if (programs.length === 0) return { reason: "python3 is not installed" };
  let reason = `python3 has no ${name}`;
  for (const program of new Set(programs)) {
    const output = await ask("python3", [program, "-c", VERSIONS, name, ...extras], {
      env: ONLY_INSTALLED,
    });
    if ("reason" in output) {
      reason = output.reason;
      continue;
    }
    const [python, version, ...others] = output.text.split("\n");
    if (version?.startsWith(`${name} `) !== true) continue;
    const beside = [python, ...others].join(", ");
    return { program, version: `${version.slice(name.length + 1)} (${beside})` };
  }
  return { reason };
}

/** The interpreter in the first line of a script; null without an absolute path there. */
async function interpreterOf(script: string): Promise<string | null> {
  try {
    const [, path = null] = INTERPRETER.exec(await Deno.readTextFile(script)) ?? [];
    return path;
  } catch { // The script may be executable, but not readable.
    return null;
  }
}
