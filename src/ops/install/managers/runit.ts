/** runit, by its own layout on Debian and Void: runsv(8), svlogd(8), chpst(8). */
import { WRITTEN_BY } from "../marks.ts";
import type { Service } from "../service.ts";
import { shellLine, shellWord } from "../../../base/shell_words.ts";
import { logFolder } from "../places.ts";
import { exists } from "../../../base/exists.ts";
import type { CommandWords, ServiceManager } from "./manager.ts";

/** Bytes of a log file at which svlogd begins another, and how many old ones it keeps. */
const LOG_BYTES = 10 * 1024 ** 2;
const LOG_FILES = 10;

/** runit. */
export const runit: ServiceManager = {
  name: "runit",
  help: "runsvdir and svlogd, as on Void, or in a container",
  async isPresent(root) {
    if (!await exists(`${root}/etc/sv`)) return false;
    if (root === "") return await isRunning("runsvdir");
    return await exists(`${root}/usr/bin/runsvdir`) || await exists(`${root}/sbin/runsvdir`);
  },
  files: (service) => [
    // The log first: once `run` is there, what it writes is kept.
    { path: `${home(service.name)}/log/run`, content: logScript(service), mode: 0o755 },
    { path: `${home(service.name)}/run`, content: runScript(service), mode: 0o755 },
  ],
  links: ({ name }) => ({
    // What runsv keeps there does not outlive the machine, and /etc may be read-only.
    [`${home(name)}/supervise`]: `/run/${name}.runsv`,
    [`${home(name)}/log/supervise`]: `/run/${name}.log.runsv`,
    [`/etc/service/${name}`]: home(name),
  }),
  // runsvdir looks for new services every five seconds.
  enable: ({ name }) => [[
    "sh",
    "-c",
    "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do " +
    `[ -p ${home(name)}/supervise/ok ] && sv start ${name} && exit; sleep 1; done; exit 1`,
  ]],
  disable: (service) => [stopCommand(service.name, service.stopTimeout)],
  // runsvdir looks every five seconds, and has runsv end then; its folders are of no use to others.
  forget: ({ name }) => [[
    "sh",
    "-c",
    `L=/run/${name}.runsv/lock; for i in 1 2 3 4 5 6 7 8; do ` +
    `[ -e $L ] || break; chpst -L $L true 2>/dev/null && break; sleep 1; done; ` +
    `rm -rf /run/${name}.runsv /run/${name}.log.runsv`,
  ]],
  start: (name) => ["sv", "start", name],
  // The service has a deadline of its own, which `sv` does not know.
  stop: (name) => ["sv", "-w", "600", "stop", name],
  restart: (name) => ["sv", "-w", "600", "restart", name],
  logs: (name, follow): CommandWords => {
    const file = `${logFolder(name)}/current`;
    return follow ? ["tail", "-n", "100", "-F", file] : ["tail", "-n", "100", file];
  },
};

/** Whether a program of that name runs: proc_pid_comm(5). */
async function isRunning(name: string): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(entry.name)) continue;
      const comm = await Deno.readTextFile(`/proc/${entry.name}/comm`).catch(() => "");
      if (comm.trim() === name) return true;
    }
  } catch {
    return false; // There is no such system, or no permission to look.
  }
  return false;
}

function home(name: string): string {
  return `/etc/sv/${name}`;
}

function stopCommand(name: string, stopTimeout: number): CommandWords {
  return ["sv", "-w", String(Math.ceil(stopTimeout / 1000)), "force-stop", name];
}

function runScript(service: Service): string {
  const { about, command, environment, openFiles, user, workingDirectory } = service;
  const variables = Object.entries(environment).map(([name, value]) =>
    `export ${name}=${shellWord(value)}`
  );
  const runAs = user === null ? "" : `chpst -u ${shellWord(user)} `;
  return [
    "#!/bin/sh",
    `# ${about}`,
    `# ${WRITTEN_BY}`,
    "exec 2>&1",
    // Where the limit cannot be raised, the highest that is allowed.
    `ulimit -n ${openFiles} 2>/dev/null || ulimit -n "$(ulimit -H -n)"`,
    `cd ${shellWord(workingDirectory)} || exit 111`,
    ...variables,
    `exec ${runAs}${shellLine(command)}`,
    "",
  ].join("\n");
}

function logScript({ name }: Service): string {
  const folder = logFolder(name);
  return [
    "#!/bin/sh",
    `# ${WRITTEN_BY}`,
    "# svlogd reads its limits from the file config; without one, it gets these.",
    `[ -e ${folder}/config ] || printf 's${LOG_BYTES}\\nn${LOG_FILES}\\n' >${folder}/config`,
    `exec svlogd ${folder}`,
    "",
  ].join("\n");
}
