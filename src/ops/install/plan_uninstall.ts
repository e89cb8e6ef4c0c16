/** Plans the removal of a service: looks at what is there, and changes nothing. */
import { exists } from "../../base/exists.ts";
import type { CommandWords } from "./managers/manager.ts";
import { type InstallRecord, recordPath } from "./record.ts";
import { removal } from "./removal.ts";
import type { Step } from "./steps.ts";

/**
 * Plans the removal of what a record says.
 *
 * @param doesPurge Whether logs and state go as well.
 */
export async function planUninstall(
  name: string,
  record: InstallRecord,
  root: string,
  doesPurge: boolean,
): Promise<readonly Step[]> {
  const runs = (commands: readonly (readonly string[])[]): Step[] =>
    root !== "" ? [] : commands.map((command) => ({
      kind: "run",
      command: command as CommandWords,
      mayFail: true,
    }));
  const data: Step[] = [];
  for (const path of record.data) {
    if (await exists(`${root}${path}`)) data.push({ kind: doesPurge ? "purge" : "tidy", path });
  }
  return [
    ...runs(record.disable),
    // Links first, by which managers find the files.
    ...await removal(root, record.files, Object.keys(record.links).reverse()),
    ...runs(record.forget),
    ...data,
    { kind: "remove", path: recordPath(name) },
    ...record.folders.toReversed().map((path): Step => ({ kind: "tidy", path })),
  ];
}
