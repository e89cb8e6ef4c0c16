/** Carries out the steps of an installation, and takes them back if one fails. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { replaceFile } from "../../base/replace_file.ts";
import { cannotWrite, systemReason } from "../../base/system_errors.ts";
import type { CommandWords } from "./managers/manager.ts";
import { shellLine } from "../../base/shell_words.ts";
import { awaitService } from "./reach.ts";
import { type Step, stepText } from "./steps.ts";

/** What takes a step back. */
type Undo = () => Promise<void>;

/** What carrying out needs besides the steps. */
export interface Site {
  /** The root of the file system, without a slash at the end. */
  readonly root: string;
  /** Tells people what happens. */
  say(line: string): void;
}

/** What to do if a step fails, unless that was before the first command. */
export interface Rescue {
  /** Shows the log of the service, which may say why; null if there is none. */
  readonly logs: CommandWords | null;
  /** What to run before the steps are taken back. */
  readonly before: readonly CommandWords[];
  /** Folders to remove then, with what the service has written there meanwhile. */
  readonly data: readonly string[];
  /** What to run in the end. */
  readonly after: readonly CommandWords[];
}

/** For steps that cannot be taken back. */
export const NO_RESCUE: Rescue = { logs: null, before: [], data: [], after: [] };

/** How many lines of the log are shown. */
const LOG_LINES = 10;

/**
 * Carries out steps in order.
 *
 * @throws {ExitError} If a step fails: 77 without permission, 73 if a file cannot be written, 69 if
 * a command fails. All steps have been taken back.
 */
export async function carryOut(
  steps: readonly Step[],
  site: Site,
  rescue: Rescue,
): Promise<void> {
  const done: Undo[] = [];
  let hasRun = false;
  for (const step of steps) {
    site.say(stepText(step));
    hasRun ||= step.kind === "run";
    try {
      done.push(await carryOutOne(step, site));
    } catch (error) {
      site.say("That failed: taking everything back");
      if (hasRun) {
        if (rescue.logs !== null) await runAll([rescue.logs], site, LOG_LINES);
        await runAll(rescue.before, site);
        for (const path of rescue.data) await removeAll(`${site.root}${path}`).catch(() => {});
      }
      for (const undo of done.reverse()) {
        // What cannot be taken back stays; the rest is still worth it.
        await undo().catch((failure) => site.say(`Cannot take it back: ${systemReason(failure)}`));
      }
      if (hasRun) await runAll(rescue.after, site);
      throw error;
    }
  }
}

/** Runs commands of which each may fail, and shows the last lines of what they say. */
async function runAll(
  commands: readonly CommandWords[],
  site: Site,
  lines = Infinity,
): Promise<void> {
  for (const command of commands) {
    site.say(`Run ${shellLine(command)}`);
    await run(command, site, lines).catch((error) => site.say(String(error.message)));
  }
}

async function carryOutOne(step: Step, site: Site): Promise<Undo> {
  if (step.kind === "run") return await runStep(step, site);
  if (step.kind === "await") {
    await awaitService(step.addresses, step.limit);
    return nothing;
  }
  try {
    return await changeFiles(step, site.root);
  } catch (error) {
    const path = step.kind === "file" ? step.file.path : step.path;
    throw cannotWrite(`"${site.root}${path}"`, error);
  }
}

async function changeFiles(
  step: Exclude<Step, { kind: "run" | "await" }>,
  root: string,
): Promise<Undo> {
  switch (step.kind) {
    case "folder":
      return await makeFolder(`${root}${step.path}`, step.owner);
    case "file": {
      const { path, content, mode } = step.file;
      return await writeFile(`${root}${path}`, content, mode);
    }
    case "link": {
      const path = `${root}${step.path}`;
      await Deno.symlink(step.target, path);
      return () => Deno.remove(path);
    }
    case "keep": {
      const [path, as] = [`${root}${step.path}`, `${root}${step.as}`];
      await Deno.rename(path, as);
      return () => Deno.rename(as, path);
    }
    case "remove":
      return await removeFile(`${root}${step.path}`);
    case "purge":
      await removeAll(`${root}${step.path}`);
      return nothing;
    case "tidy":
      await tidy(`${root}${step.path}`);
      return nothing;
  }
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

async function removeAll(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}

/** Removes an empty folder, or a link to one that is gone. */
async function tidy(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => null);
  if (info?.isSymlink && await Deno.stat(path).then(() => true, () => false)) return;
  await Deno.remove(path).catch(() => {}); // Others use it, or it is gone.
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function makeFolder(
  path: string,
  owner: { readonly uid: number; readonly gid: number } | null,
): Promise<Undo> {
  await Deno.mkdir(path);
  // Whatever the umask is.
  await Deno.chmod(path, 0o755);
  if (owner !== null) await Deno.chown(path, owner.uid, owner.gid);
  return () => tidy(path);
}

async function writeFile(path: string, content: string, mode: number): Promise<Undo> {
  const undo = await restorer(path);
  await replaceFile(path, content);
  await Deno.chmod(path, mode);
  return undo;
}

async function removeFile(path: string): Promise<Undo> {
  const undo = await restorer(path);
  await Deno.remove(path).catch(ignoreMissing);
  return undo;
}

/** What makes a file or a link again what it is now. */
async function restorer(path: string): Promise<Undo> {
  const info = await Deno.lstat(path).catch(() => null);
  if (info === null) return () => Deno.remove(path);
  if (info.isSymlink) {
    const target = await Deno.readLink(path);
    return () => Deno.symlink(target, path);
  }
  const before = await Deno.readTextFile(path);
  return async () => {
    await replaceFile(path, before);
    if (info.mode !== null) await Deno.chmod(path, info.mode & 0o7777);
  };
}

async function runStep(step: Extract<Step, { kind: "run" }>, site: Site): Promise<Undo> {
  try {
    await run(step.command, site);
  } catch (error) {
    if (!step.mayFail) throw error;
    site.say(error instanceof Error ? error.message : String(error));
  }
  return nothing;
}

/** @throws {ExitError} 69 if it fails. */
async function run(command: CommandWords, { say }: Site, lines = Infinity): Promise<void> {
  const [program, ...args] = command;
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, stdin: "null" }).output();
  } catch (error) {
    throw new ExitError(`Cannot run ${program}: ${systemReason(error)}`, EXIT.unavailable);
  }
  const decoder = new TextDecoder();
  const text = `${decoder.decode(output.stdout)}${decoder.decode(output.stderr)}`.trim();
  for (const line of text.split("\n").slice(-lines)) if (line !== "") say(`  ${line}`);
  if (output.success) return;
  throw new ExitError(
    `Cannot run ${shellLine(command)}: it ended with ${output.signal ?? output.code}, expected 0`,
    EXIT.unavailable,
  );
}
