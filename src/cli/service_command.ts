/** `sluice start`, `stop`, `restart` and `logs`: the service manager's own commands. */
import { EXIT, ExitError } from "../base/exit.ts";
import { systemReason } from "../base/system_errors.ts";
import { writeText } from "../base/write_text.ts";
import type { CommandWords, ServiceManager } from "../ops/install/managers/manager.ts";
import { MANAGERS } from "../ops/install/managers/registry.ts";
import { readRecord, recordedNames } from "../ops/install/record.ts";
import { shellLine } from "../base/shell_words.ts";
import { readServiceName, USUAL_NAME } from "../settings/install_options.ts";

/**
 * Finds out which service is meant: without a name, the only one, or that of the usual name.
 *
 * @param argument Empty for none.
 * @param root The root of the file system, without a slash at the end.
 * @throws {ExitError} 64 if it cannot be a name.
 */
export async function meantService(argument: string, root: string): Promise<string> {
  if (argument !== "") return readServiceName(argument);
  const names = await recordedNames(root);
  const [only] = names;
  return names.length === 1 && only !== undefined ? only : USUAL_NAME;
}

/**
 * Runs a command of the manager of a service, and says which.
 *
 * @param verb What is done, for messages.
 * @returns The exit code of the command.
 * @throws {ExitError} 66 if Sluice has installed no such service, 69 if there is no such command.
 */
export async function runManager(
  verb: string,
  argument: string,
  commandOf: (manager: ServiceManager, name: string) => CommandWords,
): Promise<number> {
  const name = await meantService(argument, "");
  const record = await readRecord("", name);
  if (record === null) {
    const others = await recordedNames("");
    throw new ExitError(
      `Cannot ${verb} "${name}": Sluice has not installed a service of that name, expected ` +
        (others.length === 0 ? "sluice install before" : `one of ${others.join(", ")}`),
      EXIT.noInput,
    );
  }
  const command = commandOf(MANAGERS[record.manager], name);
  writeText(Deno.stderr, `sluice: Running ${shellLine(command)}\n`);
  const [program, ...args] = command;
  try {
    return (await new Deno.Command(program, { args }).spawn().status).code;
  } catch (error) {
    throw new ExitError(`Cannot run ${program}: ${systemReason(error)}`, EXIT.unavailable);
  }
}
