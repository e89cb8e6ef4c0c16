/** supervisord, as of version 4: http://supervisord.org/configuration.html. */
import { WRITTEN_BY } from "../marks.ts";
import { outputFile } from "../places.ts";
import type { Service } from "../service.ts";
import { exists } from "../../../base/exists.ts";
import type { CommandWords, ServiceManager } from "./manager.ts";

/** How often supervisord tries again, each time a second later than the last: for an hour and a half. */
const START_RETRIES = 100;

/** supervisord. */
export const supervisord: ServiceManager = {
  name: "supervisord",
  help: "supervisord, as in containers",
  async isPresent(root) {
    if (!await exists(`${root}/etc/supervisor/conf.d`)) return false;
    // As Debian configures it: it runs.
    return root !== "" || await exists("/var/run/supervisor.sock");
  },
  files: (service) => [{
    path: `/etc/supervisor/conf.d/${service.name}.conf`,
    content: section(service),
    mode: 0o644,
  }],
  links: () => ({}),
  enable: ({ name }) => [
    ["supervisorctl", "reread"],
    ["supervisorctl", "update", name],
  ],
  disable: ({ name }) => [["supervisorctl", "stop", name]],
  forget: ({ name }) => [
    ["supervisorctl", "reread"],
    ["supervisorctl", "update", name],
  ],
  start: (name) => ["supervisorctl", "start", name],
  stop: (name) => ["supervisorctl", "stop", name],
  restart: (name) => ["supervisorctl", "restart", name],
  logs: (name, follow): CommandWords => {
    const file = outputFile(name);
    return follow ? ["tail", "-n", "100", "-F", file] : ["tail", "-n", "100", file];
  },
};

function section(service: Service): string {
  const { about, command, environment, name, openFiles, stopTimeout, user } = service;
  // A value of `environment=` cannot hold both kinds of quotes; env(1) can.
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const env = variables.length === 0 ? [] : ["/usr/bin/env", ...variables];
  // Where the limit cannot be raised, the highest that is allowed; "$@" is the rest.
  const limited = [
    "/bin/sh",
    "-c",
    `ulimit -n ${openFiles} 2>/dev/null || ulimit -n "$(ulimit -H -n)" && exec "$@"`,
    "sh",
  ];
  return [
    `; ${about}`,
    `; ${WRITTEN_BY}`,
    `[program:${name}]`,
    `command=${[...limited, ...env, ...command].map(configWord).join(" ")}`,
    `directory=${configText(service.workingDirectory)}`,
    ...user === null ? [] : [`user=${user}`],
    "autostart=true",
    "; Again, unless it has ended with 0, as it does on request.",
    "autorestart=unexpected",
    "exitcodes=0",
    "startsecs=1",
    `startretries=${START_RETRIES}`,
    "stopsignal=TERM",
    `stopwaitsecs=${Math.ceil(stopTimeout / 1000)}`,
    "killasgroup=true",
    "redirect_stderr=true",
    `stdout_logfile=${outputFile(name)}`,
    "stdout_logfile_maxbytes=10MB",
    "stdout_logfile_backups=10",
    "",
  ].join("\n");
}

const PLAIN = /^[\w@+=:,./-]+$/;
/**
 * What cannot be among others within quotes: the quote itself, a new line, what begins a comment
 * after a blank, and `%`, since `%(here)s` is replaced even after another one.
 */
const AWKWARD = /['\n;#%]/;

/**
 * A word of `command=`, which is split as shlex.split() of Python does, after `%` is expanded and
 * comments are cut off. A line that begins with a blank continues the value.
 */
function configWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!AWKWARD.test(word)) return `'${configText(word)}'`;
  // Each of these in quotes of its own follows no blank.
  return word.split(/(['\n;#%])/).filter((part) => part !== "").map((part) => {
    if (part === "'") return `"'"`;
    return part === "\n" ? "'\n '" : `'${configText(part)}'`;
  }).join("");
}

/** A value that is not split. */
function configText(text: string): string {
  return text.replaceAll("%", "%%");
}
