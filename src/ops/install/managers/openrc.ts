/** OpenRC, which has supervise-daemon(8) start a service again: openrc-run(8). */
import { WRITTEN_BY } from "../marks.ts";
import { outputFile } from "../places.ts";
import type { Service } from "../service.ts";
import { shellWord } from "../../../base/shell_words.ts";
import { exists } from "../../../base/exists.ts";
import type { CommandWords, ServiceManager } from "./manager.ts";

/** OpenRC. */
export const openrc: ServiceManager = {
  name: "openrc",
  help: "OpenRC, as on Alpine and Gentoo",
  // /run/openrc is there once it has started.
  isPresent: (root) => exists(root === "" ? "/run/openrc" : `${root}/sbin/openrc-run`),
  files: (service) => [{
    path: `/etc/init.d/${service.name}`,
    content: script(service),
    mode: 0o755,
  }],
  links: () => ({}),
  enable: ({ name }) => [
    ["rc-update", "add", name, "default"],
    ["rc-service", name, "start"],
  ],
  disable: ({ name }) => [
    ["rc-service", "--ifstarted", name, "stop"],
    ["rc-update", "delete", "--all", name],
  ],
  forget: () => [],
  start: (name) => ["rc-service", name, "start"],
  stop: (name) => ["rc-service", name, "stop"],
  restart: (name) => ["rc-service", name, "restart"],
  logs: (name, follow): CommandWords => {
    const file = outputFile(name);
    return follow ? ["tail", "-n", "100", "-F", file] : ["tail", "-n", "100", file];
  },
};

function script(service: Service): string {
  const { about, command, environment, name, openFiles, stopTimeout, user } = service;
  const [program, ...args] = command;
  const variables = Object.entries(environment).map(([key, value]) =>
    `export ${key}=${shellWord(value)}`
  );
  const words = new Words();
  const directory = words.add(service.workingDirectory);
  const commandWord = words.add(program);
  const argumentWords = args.map((arg) => words.add(arg));
  return [
    "#!/sbin/openrc-run",
    `# ${WRITTEN_BY}`,
    "",
    `name=${shellWord(name)}`,
    `description=${shellWord(about)}`,
    "supervisor=supervise-daemon",
    ...words.lines,
    `command=${shellWord(commandWord)}`,
    `command_args=${shellWord(argumentWords.join(" "))}`,
    `directory=${shellWord(directory)}`,
    ...user === null ? [] : [`command_user=${shellWord(user)}`],
    `output_log=${outputFile(name)}`,
    `error_log=${outputFile(name)}`,
    `rc_ulimit="-n ${openFiles}"`,
    "# Again and again, each time a second after its end.",
    "respawn_delay=1",
    "respawn_max=0",
    `retry="TERM/${Math.ceil(stopTimeout / 1000)}/KILL/5"`,
    'extra_started_commands="reload"',
    'description_reload="Reload the settings and the handler, reopen the log files"',
    ...variables,
    "",
    "depend() {",
    "\tuse net",
    "\tafter firewall",
    "}",
    "",
    "reload() {",
    '\tebegin "Reloading $name"',
    '\tsupervise-daemon "$RC_SVCNAME" --signal HUP',
    "\teend $?",
    "}",
    "",
  ].join("\n");
}

const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Words of `command_args` and its kin, which OpenRC splits at blanks, completes as patterns, and
 * then evaluates: a word with anything unusual is a variable, which only the evaluation expands.
 */
class Words {
  /** The variables. */
  readonly lines: string[] = [];

  add(word: string): string {
    if (PLAIN.test(word)) return word;
    const variable = `sluice_word_${this.lines.length + 1}`;
    this.lines.push(`${variable}=${shellWord(word)}`);
    return `"$${variable}"`;
  }
}
