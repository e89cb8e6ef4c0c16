/** Reports a syntax error in the configuration of an app, which would end the runtime before it runs this program. */
import { parse } from "@std/jsonc";
import { configurationsIn } from "../base/app_configuration.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { isGranted } from "../base/permissions.ts";
import { fileUrl } from "../services/handler/handler_file.ts";
import { atPlace } from "../base/load_error.ts";

/** Where the runtime names a file: in quotes, as a URL or a path. */
const FILE = /'(?:file:\/\/)?(\/[^'\n]*)'/;
/** What the runtime says is wrong, and where. */
const PROBLEM = /^ *(.+) (?:on|at) line (\d+),? column (\d+)/m;

/**
 * Checks the files that configure the runtime in a folder. The runtime accepts more than
 * JSON with comments, and is asked only about what is none.
 *
 * @param folder An absolute path.
 * @throws {ExitError} 78 if the runtime refuses one.
 */
export async function checkSyntax(folder: string): Promise<void> {
  if (configurationsIn(folder).every(isReadable) || !isGranted({ name: "run" })) return;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", ""],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw refused(folder, new TextDecoder().decode(stderr).trim());
}

function isReadable(path: string): boolean {
  try {
    parse(Deno.readTextFileSync(path));
    return true;
  } catch {
    return false;
  }
}

/** @param said What the runtime says. */
function refused(folder: string, said: string): ExitError {
  const [first = ""] = said.split("\n");
  const path = FILE.exec(said)?.[1] ?? folder;
  const [, problem, line, column] = PROBLEM.exec(said) ?? [];
  const reason = problem === undefined
    ? first.replace(/^error: /, "")
    : atPlace(problem, { url: fileUrl(path), line: Number(line), column: Number(column) });
  return new ExitError(`Cannot use the configuration "${path}": ${reason}`, EXIT.config);
}
