/** Finds the files of a deployment. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { readTextFile } from "../../base/read_text_file.ts";
import { cannotRead } from "../../base/system_errors.ts";
import { quote } from "../../settings/found.ts";

/** What a file is, by its name. */
export type FileKind = "yaml" | "unit" | "dockerfile";

/** A file of a deployment. */
export interface DeployFile {
  readonly file: string;
  readonly kind: FileKind;
  readonly text: string;
}

/** How many files are read: a folder with more is probably not a deployment. */
const MOST_FILES = 1000;

/**
 * Reads the files that paths name; of folders, all that can be part of a deployment.
 *
 * @throws {ExitError} 66 if a path does not exist, or a folder has no such file; 78 if a file by
 * its name is nothing that can be checked, or a folder has too many.
 */
export async function readDeployFiles(paths: readonly string[]): Promise<readonly DeployFile[]> {
  const found: { readonly path: string; readonly kind: FileKind }[] = [];
  for (const path of paths) {
    const { isDirectory } = await Deno.stat(path).catch((error) => {
      throw cannotRead(`--deploy ${quote(path)}`, error);
    });
    const before = found.length;
    if (isDirectory) await collect(path, found);
    else found.push({ path, kind: kindOf(path) ?? refuse(path) });
    if (found.length === before) {
      throw new ExitError(
        `Cannot check --deploy ${quote(path)}: found no file to check, expected ${EXPECTED}`,
        EXIT.noInput,
      );
    }
  }
  return await Promise.all(
    found.map(async ({ path, kind }) => ({
      file: path,
      kind,
      text: await readTextFile(path, quote(path)),
    })),
  );
}

const EXPECTED = "*.yaml, *.yml, *.service or a Dockerfile";

function refuse(path: string): never {
  throw new ExitError(
    `Cannot check --deploy ${quote(path)}: its name does not say what it is, expected ${EXPECTED}`,
    EXIT.config,
  );
}

async function collect(
  folder: string,
  found: { readonly path: string; readonly kind: FileKind }[],
): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory, isSymlink } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    // Links to folders may lead round in circles.
    if (isSymlink && await isFolder(path)) continue;
    if (isDirectory && !name.startsWith(".") && name !== "node_modules") {
      await collect(path, found);
      continue;
    }
    const kind = kindOf(path);
    if (kind === null || isDirectory) continue;
    if (found.length === MOST_FILES) {
      throw new ExitError(
        `Cannot check --deploy ${quote(folder)}: more than ${MOST_FILES} files, name fewer`,
        EXIT.config,
      );
    }
    found.push({ path, kind });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch { // Reading it tells why.
    return false;
  }
}

function kindOf(path: string): FileKind | null {
  const name = path.split("/").at(-1) ?? "";
  if (/\.ya?ml$/i.test(name)) return "yaml";
  if (/\.service$/.test(name)) return "unit";
  return /^(?:Docker|Container)file(?:\..+)?$|\.(?:docker|container)file$/i.test(name)
    ? "dockerfile"
    : null;
}
