/** `sluice check --deploy`: what its files say against the settings. */
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import type { ServerStart } from "../ops/deploy_check/candidate.ts";
import { checkDeployment, type DeployReport } from "../ops/deploy_check/deploy_check.ts";
import type { OptionTable } from "../settings/option.ts";
import { loadSettings } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import type { Targets } from "../settings/targets.ts";
import { SERVER_LINE } from "./commands/command.ts";
import { parseFlags } from "./flags.ts";
import { print } from "./print.ts";
import { PROGRAM } from "./program.ts";

/** The longest line of a finding. */
const MOST_CHARACTERS = 1000;

/**
 * Prints what is wrong with a deployment.
 *
 * @param paths Files and folders.
 * @param settings Those of servers whose files do not tell theirs.
 * @returns The exit code: 78 if there are errors, 0 if there are only warnings, or nothing.
 * @throws {ExitError} If a file cannot be read.
 */
export async function reportDeployment(
  paths: readonly string[],
  settings: Settings,
): Promise<ExitCode> {
  const report = await checkDeployment({ paths, settings, readSettings: readServerSettings });
  print(deploymentText(report));
  return report.findings.some(({ severity }) => severity === "error") ? EXIT.config : EXIT.ok;
}

/** The findings, one a line as compilers print them, and a summary. */
export function deploymentText({ findings, files, servers, templates }: DeployReport): string {
  const lines = findings.map(({ file, line, severity, message }) =>
    printable(`${file}:${line}: ${severity}: ${message}`, MOST_CHARACTERS)
  );
  const count = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length;
  const result = findings.length === 0
    ? servers === 0 ? "found no server in them, so nothing was compared" : "nothing to mend"
    : `${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}`;
  const skipped = templates === 0
    ? ""
    : `, ${plural(templates, "template")} not checked: check the output of helm template`;
  const what = `${plural(files, "file")}, ${plural(servers, "server")}`;
  return `${[...lines, `Checked the deployment (${what}): ${result}${skipped}`].join("\n")}\n`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Reads the settings of a server as it would, in its own file system as far as that is known. */
export async function readServerSettings(start: ServerStart): Promise<Settings> {
  const { flags, words } = await parseFlags(start.args, {
    options: SERVER_LINE.options as OptionTable,
    actions: SERVER_LINE.actions,
    restOptions: {},
    help: `${PROGRAM} --help`,
  });
  const { settings } = await loadSettings({
    flags,
    targets: targetsIn(words),
    environment: start.environment,
    readFile: (path, file) => {
      const text = start.file(path);
      if (text !== null) return Promise.resolve(text);
      throw new ExitError(
        `Cannot read ${file}: the deployment does not have it, expected a ConfigMap or the like`,
        EXIT.noInput,
      );
    },
    cwd: start.cwd,
  });
  return settings;
}

/** What words name cannot be looked up here: a module has an extension, a folder has none. */
function targetsIn(words: readonly string[]): Targets {
  const [first = ""] = words;
  const rest = first === "serve" ? words.slice(1) : words;
  const handler = rest.find((word) => /\.[cm]?[jt]sx?$/.test(word));
  const root = rest.find((word) => word !== handler);
  return { ...handler === undefined ? {} : { handler }, ...root === undefined ? {} : { root } };
}
