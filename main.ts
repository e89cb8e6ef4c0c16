import { EXIT, ExitError } from "./src/base/exit.ts";
import { SIGNAL_NAMES } from "./src/base/signals.ts";
import { firstLine } from "./src/base/system_errors.ts";
import { writeText } from "./src/base/write_text.ts";
import { readCommandLine } from "./src/cli/command_line.ts";
import { loadCommands } from "./src/cli/commands/registry.ts";
import { print } from "./src/cli/print.ts";
import type { WatchSignals, WatchSuspension } from "./src/cli/signals.ts";
import { LOAD_ARGUMENT } from "./src/load/messages.ts";
import { LANE_ARGUMENT } from "./src/places/messages.ts";

// Taken before a handler is loaded, which must not exit.
const { exit } = Deno;

const watchSignals: WatchSignals = (onSignal) => {
  for (const signal of SIGNAL_NAMES) Deno.addSignalListener(signal, () => onSignal(signal));
};

const watchSuspension: WatchSuspension = (onStop, onContinue) => {
  Deno.addSignalListener("SIGTSTP", () => {
    onStop();
    Deno.kill(Deno.pid, "SIGSTOP");
  });
  Deno.addSignalListener("SIGCONT", onContinue);
};

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (first === LANE_ARGUMENT) {
    return await (await import("./src/places/process_entry.ts")).runProcess();
  }
  if (first === LOAD_ARGUMENT) {
    // A terminal signals parent and child alike; the parent stops this process.
    watchSignals(() => {});
    return await (await import("./src/load/load_entry.ts")).runLoadProcess();
  }
  const { command, line } = await readCommandLine(args);
  if (line.actions.has("help")) {
    return print(await (await import("./src/cli/help.ts")).helpText(command));
  }
  if (line.actions.has("version")) {
    return print((await import("./src/cli/version.ts")).versionText());
  }
  return await command.run(line, { watchSignals, watchSuspension, loadCommands });
}

/** Reports an error, in one line if the user can fix it, with its stack if it is a bug. */
function exitCodeOf(error: unknown): number {
  // The reader has closed the pipe, as in `sluice --help | head`.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.ok;
  if (error instanceof ExitError) {
    writeText(Deno.stderr, `sluice: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Deno.errors.NotCapable) {
    writeText(Deno.stderr, `sluice: Cannot run: ${firstLine(error)}\n`);
    return EXIT.noPermission;
  }
  const stack = error instanceof Error ? error.stack : error;
  writeText(Deno.stderr, `sluice: Internal error: ${stack}\n`);
  return EXIT.software;
}

exit(await main(Deno.args).catch(exitCodeOf));
