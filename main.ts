import { parseArguments } from "./src/cli/arguments.ts";
import { serve } from "./src/cli/serve.ts";
import type { WatchSignals } from "./src/cli/signals.ts";
import { EXIT, ExitError } from "./src/base/exit.ts";
import { SIGNAL_NAMES } from "./src/base/signals.ts";
import { LOAD_ARGUMENT } from "./src/load/messages.ts";
import { LANE_ARGUMENT } from "./src/places/messages.ts";
import { loadSettings } from "./src/settings/load.ts";
import { writeText } from "./src/base/write_text.ts";

const watchSignals: WatchSignals = (onSignal) => {
  for (const signal of SIGNAL_NAMES) Deno.addSignalListener(signal, () => onSignal(signal));
};

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === LANE_ARGUMENT) {
    return await (await import("./src/places/process_entry.ts")).runProcess(args[1] ?? "");
  }
  if (args[0] === LOAD_ARGUMENT) {
    // A terminal sends its signals to all; what they mean, the parent decides.
    watchSignals(() => {});
    return await (await import("./src/load/load_entry.ts")).runLoadProcess(args[1] ?? "");
  }
  if (args[0] === "bench") return await measure(args.slice(1));
  if (args[0] === "load") return await sendLoad(args.slice(1));
  const { command, actions, flags, positionals } = await parseArguments(args);
  if (actions.help) return print((await import("./src/cli/help.ts")).helpText());
  if (actions.version) return print((await import("./src/cli/version.ts")).versionText());
  if (command === "completions") {
    const { completionScript } = await import("./src/cli/completions.ts");
    return print(await completionScript(positionals[0] ?? ""));
  }
  if (command === "status") {
    const { statusText } = await import("./src/cli/status.ts");
    return print(await statusText(positionals[0] ?? ""));
  }
  const environment = Deno.env.toObject();
  const cwd = Deno.cwd();
  const load = () =>
    loadSettings({ flags, environment, readFile: (path) => Deno.readTextFile(path), cwd });
  const loaded = await load();
  if (actions.printConfig) {
    return print((await import("./src/cli/print_config.ts")).printConfigText(loaded));
  }
  if (command === "check") {
    return print(await (await import("./src/cli/check.ts")).checkText(loaded.settings));
  }
  return await serve(loaded.settings, async () => (await load()).settings, watchSignals);
}

async function measure(args: readonly string[]): Promise<number> {
  const { parseOwnArguments } = await import("./src/cli/own_arguments.ts");
  const { BENCH_OPTIONS, readBenchSettings } = await import("./src/settings/bench_options.ts");
  const { isHelp, flags, afterDashes } = await parseOwnArguments("bench", BENCH_OPTIONS, args);
  if (isHelp) return print((await import("./src/cli/own_help.ts")).ownHelpText("bench"));
  const settings = readBenchSettings(flags, Deno.cwd());
  return await (await import("./src/cli/bench.ts")).runBench(settings, afterDashes, watchSignals);
}

async function sendLoad(args: readonly string[]): Promise<number> {
  const { parseOwnArguments } = await import("./src/cli/own_arguments.ts");
  const { LOAD_OPTIONS, readLoadSettings } = await import("./src/settings/load_options.ts");
  const { isHelp, flags, positionals } = await parseOwnArguments("load", LOAD_OPTIONS, args);
  if (isHelp) return print((await import("./src/cli/own_help.ts")).ownHelpText("load"));
  const settings = readLoadSettings(flags, Deno.cwd());
  const [url = ""] = positionals;
  return await (await import("./src/cli/load.ts")).runLoad(url, settings, watchSignals);
}

function print(text: string): number {
  writeText(Deno.stdout, text);
  return EXIT.ok;
}

/** A mistake is one line; a pipe that `sluice --help | head` closed is none; the rest is a bug of ours. */
function exitCodeOf(error: unknown): number {
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.ok;
  if (error instanceof ExitError) {
    writeText(Deno.stderr, `sluice: ${error.message}\n`);
    return error.exitCode;
  }
  writeText(
    Deno.stderr,
    `sluice: Internal error: ${error instanceof Error ? error.stack : error}\n`,
  );
  return EXIT.software;
}

Deno.exit(await main(Deno.args).catch(exitCodeOf));
