/** What has been installed, so that exactly that can be removed again. */
import * as v from "valibot";
import { EXIT, ExitError } from "../../base/exit.ts";
import { cannotRead } from "../../base/system_errors.ts";
import { MANAGER_NAMES } from "../../settings/install_options.ts";

const FOLDER = "/etc/sluice/services";

const words = v.pipe(v.array(v.string()), v.readonly());

const RECORD = v.object({
  manager: v.picklist(MANAGER_NAMES),
  /** Whether the installation was carried out to its end. */
  isComplete: v.boolean(),
  files: v.array(v.object({ path: v.string(), content: v.string(), mode: v.number() })),
  /** What each link points to. */
  links: v.record(v.string(), v.string()),
  /** The folders that were made for them, outer ones first. */
  folders: words,
  /** Where logs and state are kept that were not there before. */
  data: words,
  /** The commands that stop the service, and that make the manager notice that it is gone. */
  disable: v.array(words),
  forget: v.array(words),
  /** Where it listens. */
  addresses: words,
  /** The command of the service, for people. */
  command: words,
});

/** The record of a service. Paths are those within the root. */
export type InstallRecord = v.InferOutput<typeof RECORD>;

/** The path of the record of a service, within the root. */
export function recordPath(name: string): string {
  return `${FOLDER}/${name}.json`;
}

/**
 * Reads the record of a service.
 *
 * @param root The root of the file system, without a slash at the end.
 * @returns null if Sluice has not installed a service of that name.
 * @throws {ExitError} 77 if it cannot be read, 78 if it is no record.
 */
export async function readRecord(root: string, name: string): Promise<InstallRecord | null> {
  const path = `${root}${recordPath(name)}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw cannotRead(`the record "${path}"`, error);
  }
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), RECORD), text);
  if (result.success) return result.output;
  throw new ExitError(
    `Cannot read the record "${path}": found ${result.issues[0].message}, expected what ` +
      '"sluice install" has written',
    EXIT.config,
  );
}

/** The text of a record. */
export function recordText(record: InstallRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The folders that the installations of all services in a root have made, outer ones first. */
export async function claimedFolders(root: string): Promise<readonly string[]> {
  const folders = new Set<string>();
  for (const name of await recordedNames(root)) {
    const record = await readRecord(root, name);
    for (const folder of record?.folders ?? []) folders.add(folder);
  }
  return [...folders].sort((a, b) => a.length - b.length);
}

/** The names of the services that have been installed in a root. */
export async function recordedNames(root: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`${root}${FOLDER}`)) {
      if (name.endsWith(".json")) names.push(name.slice(0, -".json".length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw cannotRead(`the records in "${root}${FOLDER}"`, error);
    }
  }
  return names.sort();
}
