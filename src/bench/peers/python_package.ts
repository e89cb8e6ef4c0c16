/** Finds servers that are packages of Python. */
import { ask, type Found, locate } from "./program.ts";

/** Prints the versions of Python, of the package and of those beside it that are there, one a line. */
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
/** The environment in which Python takes no modules of the folder that the user happens to be in. */
export const ONLY_INSTALLED = { PYTHONSAFEPATH: "1" };

const INTERPRETER = /^#! *(\/\S*python\S*)\s*\n/;

/**
 * Finds the Python that has a package: that of the package's own program, or
 * else `python3`, which may be another one.
 *
 * @param extras Packages that it makes use of where they are installed.
 * @returns As program that Python.
 */
export async function findPackage(name: string, extras: readonly string[] = []): Promise<Found> {
  const script = locate(name);
  const own = script === null ? null : await interpreterOf(script);
  const programs = [own, locate("python3")].filter((program) => program !== null);
  if (programs.length === 0) return { reason: "python3 is not installed" };
  let reason = `python3 has no ${name}`;
  for (const program of new Set(programs)) {
    const said = await ask("python3", [program, "-c", VERSIONS, name, ...extras], {
      env: ONLY_INSTALLED,
    });
    if ("reason" in said) {
      reason = said.reason;
      continue;
    }
    const [python, ...packages] = said.text.split("\n");
    const [version, ...others] = packages;
    if (version?.startsWith(`${name} `) !== true) continue;
    const beside = [python, ...others].join(", ");
    return { program, version: `${version.slice(name.length + 1)} (${beside})` };
  }
  return { reason };
}

/** The interpreter that the first line of a script names with its whole path; null of none. */
async function interpreterOf(script: string): Promise<string | null> {
  try {
    const [, path = null] = INTERPRETER.exec(await Deno.readTextFile(script)) ?? [];
    return path;
  } catch { // It may be run, and not be read.
    return null;
  }
}
