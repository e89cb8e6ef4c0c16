/** What the arguments of a command name: a handler, a folder to serve files from, or both. */
import { EXIT, ExitError } from "../base/exit.ts";
import { demand } from "../base/permissions.ts";
import { cannotRead } from "../base/system_errors.ts";
import { quote } from "../settings/found.ts";
import type { Targets } from "../settings/targets.ts";
import type { FileArguments } from "./commands/command.ts";
import { COMMAND_NAMES } from "./commands/registry.ts";
import { usage } from "./flags.ts";

/** Names of modules, and names without an extension. */
const MODULE = /\.[cm]?[jt]sx?$|(?:^|[/\\])[^./\\]+$/i;
/** Names of configuration files. */
const SETTINGS = /\.(?:toml|jsonc?)$/i;

/**
 * Finds out what each word names: a file is a handler, a folder holds files to serve.
 *
 * @param argument What the command takes.
 * @throws {ExitError} 64 for two handlers or two folders, and for a file that by its name is no
 * module, 66 for a word that is neither file nor folder, 77 if permission is denied.
 */
export async function findTargets(
  words: readonly string[],
  argument: FileArguments,
): Promise<Targets> {
  const { verb } = argument;
  const targets: { handler?: string; root?: string } = {};
  for (const word of words) {
    const kind = await kindOf(word);
    if (kind === null) throw await notFound(word, argument);
    // The runtime would run a page or a settings file as JavaScript.
    if (kind === "handler" && !MODULE.test(word)) throw noModule(word, verb);
    const other = targets[kind];
    if (other !== undefined) {
      const expected = kind === "handler" ? "only one handler" : "only one folder";
      throw usage(`Cannot ${verb} both ${quote(other)} and ${quote(word)}: expected ${expected}`);
    }
    targets[kind] = word;
  }
  return targets;
}

/** Whether a word names something that exists, or looks like a path, and not like a command. */
export async function isTarget(word: string): Promise<boolean> {
  return /[./\\]/.test(word) || await kindOf(word) !== null;
}

/**
 * The option that a word sets; null if nothing has that name.
 *
 * @throws {ExitError} 66 if it is neither a file nor a folder, 77 if permission is denied.
 */
async function kindOf(word: string): Promise<keyof Targets | null> {
  demand({ name: "read", path: word }, `read ${quote(word)}`);
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(word);
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return null;
    throw cannotRead(quote(word), error);
  }
  if (info.isFile) return "handler";
  if (info.isDirectory) return "root";
  throw new ExitError(
    `Cannot serve ${quote(word)}: it is neither a file nor a folder`,
    EXIT.noInput,
  );
}

function noModule(word: string, verb: string): ExitError {
  const expected = SETTINGS.test(word)
    ? `--config ${word} if it holds settings`
    : "one such as app.ts, or a folder of files";
  return usage(`Cannot ${verb} ${quote(word)}: it is not a module, expected ${expected}`);
}

async function notFound(word: string, { verb, hint }: FileArguments): Promise<ExitError> {
  const isCommand = COMMAND_NAMES.some((name) => name === word);
  const rest = isCommand ? "and a command comes first" : await hint(word);
  return new ExitError(
    `Cannot ${verb} ${quote(word)}: no such file or folder${rest === "" ? "" : `, ${rest}`}`,
    EXIT.noInput,
  );
}
