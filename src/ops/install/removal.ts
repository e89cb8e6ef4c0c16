/** Removing the files and links of a service, but nothing that was edited. */
import { exists } from "../../base/exists.ts";
import { cannotRead } from "../../base/system_errors.ts";
import type { ServiceFile } from "./service.ts";
import type { Step } from "./steps.ts";

/**
 * Plans the removal of files and links. A file that was edited since is kept under another name.
 *
 * @param root The root of the file system, without a slash at the end.
 * @param files As they were written.
 */
export async function removal(
  root: string,
  files: readonly ServiceFile[],
  links: readonly string[],
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const path of links) {
    if (await exists(`${root}${path}`)) steps.push({ kind: "remove", path });
  }
  for (const { path, content } of files.toReversed()) {
    const found = await readIfThere(`${root}${path}`);
    if (found === content) steps.push({ kind: "remove", path });
    else if (found !== null) steps.push(keepStep(path));
  }
  return steps;
}

/** Keeps a file that was edited, where no manager takes it for a service. */
export function keepStep(path: string): Step {
  return { kind: "keep", path, as: `${path}.edited` };
}

/** The text of a file; null if there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw cannotRead(`"${path}"`, error);
  }
}
