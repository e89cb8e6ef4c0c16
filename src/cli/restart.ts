/** Starts the program again with the configuration of a handler. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { configurationFolder, isFile } from "../base/app_configuration.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { IS_BUNDLE, MAIN, PROGRAM_FOLDER } from "../base/program.ts";
import { demand, isGranted } from "../base/permissions.ts";
import { replaceProcess } from "../base/replace_process.ts";
import { setDefaultSampler } from "../base/sampling.ts";
import { appArguments } from "../base/run_arguments.ts";
import { inheritsSockets } from "../core/inherited_sockets.ts";
import type { Settings } from "../settings/options.ts";
import { bundledMain } from "./bundle.ts";
import { checkSyntax } from "./configuration_syntax.ts";
import { checkPermissions } from "./permissions.ts";
import type { WatchSignals } from "./signals.ts";

/**
 * Makes this process one that can serve: checks its permissions, then runs the program
 * again if the handler needs that; see {@linkcode restartFor}.
 *
 * @returns The exit code; null if this process is to serve.
 * @throws {ExitError} 77 naming the first permission that is missing.
 */
export async function checkAndRestart(
  settings: Settings,
  watchSignals: WatchSignals,
): Promise<number | null> {
  checkPermissions(settings);
  setDefaultSampler();
  return await restartFor(settings.handler, watchSignals);
}

/**
 * Runs the program again if a handler needs another configuration of the runtime than
 * that of this process, so that the handler's own `deno.json`, `package.json`,
 * `node_modules` and lock file hold for it and Sluice's do not: a process has one
 * configuration, that of its main module. The executable has none.
 *
 * Replaces this process, which takes 60 ms; without permission for that, starts a child
 * and passes signals on to it.
 *
 * @param handler The absolute path of the handler; null if there is none.
 * @returns The exit code; null if this process is to run the handler.
 * @throws {ExitError} 77 without permission to run the runtime, if the handler has a configuration;
 * 78 if that is no JSON.
 */
async function restartFor(
  handler: string | null,
  watchSignals: WatchSignals,
): Promise<number | null> {
  if (handler === null || !needsRestart(handler)) return null;
  const folder = configurationFolder(dirname(handler));
  if (!mayStart()) {
    if (folder === null) return null;
    throw new ExitError(
      `Cannot load the handler with the configuration in "${folder}": no permission to start ` +
        "the runtime with it, expected --allow-all",
      EXIT.noPermission,
    );
  }
  if (folder !== null) await checkSyntax(folder);
  const args = [...appArguments(await bundledMain(), handler), ...Deno.args];
  replaceProcess(Deno.execPath(), args);
  // Only this process has the sockets, under its id.
  if (inheritsSockets()) demand({ name: "ffi" }, "take over inherited sockets");
  return await runChild(args, watchSignals);
}

/**
 * Checks that this process can load the handler of a reload as a new start would.
 *
 * @throws {ExitError} 78 if the handler needs the configuration of another folder, or one
 * that is no JSON.
 */
export async function checkConfiguration(handler: string | null): Promise<void> {
  if (handler === null || Deno.build.standalone) return;
  const found = configurationFolder(dirname(handler));
  const expected = configurationFolder(dirname(fileURLToPath(Deno.mainModule)));
  if (found === null) return;
  if (found === expected) return await checkSyntax(found);
  throw new ExitError(
    `Cannot use the handler "${handler}": found its configuration in "${found}", expected ` +
      (expected === null ? "none" : `the one in "${expected}"`) + ", until the server is restarted",
    EXIT.config,
  );
}

function needsRestart(handler: string): boolean {
  if (Deno.build.standalone || !isFile(handler)) return false;
  // It has been started again, or by hand in this way.
  if (IS_BUNDLE) return Deno.mainModule.startsWith(PROGRAM_FOLDER);
  return configurationFolder(dirname(handler)) !== dirname(fileURLToPath(MAIN));
}

function mayStart(): boolean {
  // To make a bundle, or only to use it.
  return IS_BUNDLE
    ? isGranted({ name: "run" }) || isGranted({ name: "ffi" })
    : isGranted({ name: "run" }) && isGranted({ name: "write" });
}

async function runChild(args: readonly string[], watchSignals: WatchSignals): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: [...args] }).spawn();
  watchSignals((signal) => {
    // A terminal sends these to the child itself.
    if ((signal === "SIGINT" || signal === "SIGQUIT") && Deno.stdin.isTerminal()) return;
    try {
      child.kill(signal);
    } catch { // It has exited.
    }
  });
  return (await child.status).code;
}
