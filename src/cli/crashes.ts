/** `sluice crashes`: the reports of crashes, as a table or one by one. */
import { EXIT, ExitError } from "../base/exit.ts";
import { cannotRead } from "../base/system_errors.ts";
import { CrashFolder, type KeptReport } from "../ops/crashes/crash_folder.ts";
import { unreported } from "../ops/crashes/lost_servers.ts";
import { stateFolder } from "../ops/state_folder.ts";
import type { CrashesSettings } from "../settings/crashes_options.ts";
import { quote } from "../settings/found.ts";
import { crashList } from "./crash_list.ts";
import { crashText } from "./crash_text.ts";
import { usage } from "./flags.ts";
import { print } from "./print.ts";

/** What names the newest report. */
const LAST = "last";

/**
 * Runs the command.
 *
 * @param wanted The beginning of the id of a report, or `last`; empty for a list.
 * @returns The exit code.
 * @throws {ExitError} 64 if no folder is given, 66 if that or the report does not exist, 77 if
 * permission is denied, 78 if the report is damaged, or several begin like this.
 */
export async function showCrashes(
  wanted: string,
  { stateDir, json }: CrashesSettings,
): Promise<number> {
  const state = stateFolder(stateDir);
  if (state === null) {
    throw usage("Cannot list crashes: found no folder, expected --state-dir as the server has it");
  }
  const folder = new CrashFolder(state);
  const kept = await keptIn(state, folder);
  if (wanted === "") return print(json ? jsonList(kept) : crashList(kept, state));
  const one = find(kept, wanted, folder.path);
  if (one.report === null) {
    const reason = one.damage ?? "it is damaged";
    throw new ExitError(`Cannot show ${one.path}: ${reason}, expected a report`, EXIT.config);
  }
  return print(json ? `${JSON.stringify(one.report, null, 2)}\n` : crashText(one, one.report));
}

/** What has crashed, the newest first. */
async function keptIn(state: string, folder: CrashFolder): Promise<KeptReport[]> {
  try {
    const { isDirectory } = await Deno.stat(state);
    if (!isDirectory) throw new Error("Found something other than a folder");
  } catch (error) {
    throw error instanceof Deno.errors.NotFound
      ? new ExitError(`Cannot read ${state}: no such folder`, EXIT.noInput)
      : cannotRead(state, error);
  }
  const reported = await Promise.all((await folder.ids()).map((id) => folder.read(id)));
  return [...await unreported(state), ...reported];
}

function find(kept: readonly KeptReport[], wanted: string, path: string): KeptReport {
  // The command line may have the name of the file.
  const prefix = wanted.replace(/^.*\//, "").replace(/\.json$/, "");
  const found = wanted === LAST ? kept.slice(0, 1) : kept.filter(({ id }) => id.startsWith(prefix));
  const exact = found.find(({ id }) => id === prefix);
  const [first, ...others] = exact === undefined ? found : [exact];
  if (first === undefined) {
    const what = wanted === LAST ? "there is none" : `none begins with ${quote(prefix)}`;
    throw new ExitError(`Cannot show a crash report in ${path}: ${what}`, EXIT.noInput);
  }
  if (others.length > 0) {
    throw new ExitError(
      `Cannot show a crash report in ${path}: ${found.length} begin with ${quote(prefix)}, ` +
        `expected one, such as ${first.id}`,
      EXIT.config,
    );
  }
  return first;
}

/** The list for programs: all but the scenes, which a report alone has. */
function jsonList(kept: readonly KeptReport[]): string {
  const list = kept.map(({ id, path, report, damage }) => {
    if (report === null) return { id, path, damage };
    const { scene, ...rest } = report;
    const { mode = null, service = null, version = null, started = null } = scene ?? {};
    return { id, path, ...rest, mode, service, version, started };
  });
  return `${JSON.stringify(list, null, 2)}\n`;
}
