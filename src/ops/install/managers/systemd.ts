/** systemd, as of version 252: systemd.service(5), systemd.socket(5). */
import { type Address, formatAddress } from "../../../base/address.ts";
import { exists } from "../../../base/exists.ts";
import { MISTAKES } from "../../../base/exit.ts";
import type { Service, ServiceFile } from "../service.ts";
import type { ServiceManager } from "./manager.ts";
import { managedFolders, sandbox } from "./systemd_sandbox.ts";
import { assignment, commandLine, line, pathLine, span } from "./systemd_words.ts";

/** Is there if systemd is process 1: sd_booted(3). */
const RUNNING = "/run/systemd/system";
const FOLDER = "/etc/systemd/system";
const WRITTEN_BY = 'Written by "sluice install", removed by "sluice uninstall"';

/** Milliseconds that the manager waits beyond what the server itself allows for. */
const RESERVE = 5000;

/** systemd. */
export const systemd: ServiceManager = {
  name: "systemd",
  help: "systemd, as on Debian, Ubuntu, Fedora and most others",
  isPresent: (root) => exists(root === "" ? RUNNING : `${root}/usr/lib/systemd/systemd`),
  files: (service) => [
    unit(service, "service", serviceUnit(service)),
    ...service.isSocketActivated ? [unit(service, "socket", socketUnit(service))] : [],
  ],
  links: (service) =>
    Object.fromEntries(
      wantedBy(service).map(([target, file]) => [
        `${FOLDER}/${target}.target.wants/${file}`,
        `${FOLDER}/${file}`,
      ]),
    ),
  enable: (service) => [
    ["systemctl", "daemon-reload"],
    // The sockets first: the service is not to bind its own.
    ...units(service).toReversed().map((name) => ["systemctl", "restart", name] as const),
  ],
  // The sockets with it, which would start it again.
  disable: (service) => [["systemctl", "stop", ...units(service).toReversed()]],
  forget: () => [["systemctl", "daemon-reload"]],
  start: (name) => ["systemctl", "start", `${name}.service`],
  // The sockets would start it again; as a pattern, since there need not be any.
  stop: (name) => ["systemctl", "stop", `${name}.socke[t]`, `${name}.service`],
  restart: (name) => ["systemctl", "restart", `${name}.service`],
  logs: (name, follow) => [
    ...["journalctl", "--unit", `${name}.service`, "--output", "cat", "--lines", "100"] as const,
    ...follow ? ["--follow"] : ["--no-pager"],
  ],
};

/** The names of its units. */
function units({ name, isSocketActivated }: Service): readonly string[] {
  return [`${name}.service`, ...isSocketActivated ? [`${name}.socket`] : []];
}

/** The targets that start its units, and the units. */
function wantedBy(service: Service): readonly (readonly [string, string])[] {
  const targets = { service: "multi-user", socket: "sockets" };
  return units(service).map((file) => [
    file.endsWith(".socket") ? targets.socket : targets.service,
    file,
  ]);
}

function unit({ name }: Service, type: string, lines: readonly string[]): ServiceFile {
  const content = [`# ${WRITTEN_BY}`, ...lines, ""].join("\n");
  return { path: `${FOLDER}/${name}.${type}`, content, mode: 0o644 };
}

function serviceUnit(service: Service): readonly string[] {
  const { about, command, environment, isForked, isRespawning, isSocketActivated } = service;
  const { name, startTimeout, stopTimeout, watchdog, openFiles, workingDirectory } = service;
  return [
    "[Unit]",
    `Description=${line(about)}`,
    "Wants=network-online.target",
    "After=network-online.target",
    ...isSocketActivated ? [`Requires=${name}.socket`, `After=${name}.socket`] : [],
    "# Tries again for ever, rather than to give up after some attempts.",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    // With a parent, its child is the one that knows; see --respawn.
    `NotifyAccess=${isRespawning ? "all" : "main"}`,
    `ExecStart=${commandLine(command)}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "# A reload begins a second after the signal. By then, the server has said that it reloads,",
    "# and systemctl waits until it has.",
    "ExecReload=/bin/sleep 1",
    `WorkingDirectory=${pathLine(workingDirectory)}`,
    ...Object.entries({ DENO_DIR: managedFolders(name).Cache, ...environment }).map((
      [key, value],
    ) => `Environment=${assignment(key, value)}`),
    "",
    "Restart=on-failure",
    `RestartPreventExitStatus=${MISTAKES.join(" ")}`,
    "RestartSec=500ms",
    "# Ever longer pauses, as of systemd 254; earlier versions warn that they know none of it.",
    "RestartSteps=5",
    "RestartMaxDelaySec=30s",
    `TimeoutStartSec=${span(startTimeout + RESERVE)}`,
    `TimeoutStopSec=${span(stopTimeout + RESERVE)}`,
    ...watchdog === null ? [] : [`WatchdogSec=${span(watchdog)}`],
    "# TERM to the main process alone, which drains; KILL to all that is left in the end.",
    "KillMode=mixed",
    ...isForked ? ["# A worker without memory is replaced.", "OOMPolicy=continue"] : [],
    `LimitNOFILE=${openFiles}`,
    "# Memory may hold what clients have sent.",
    "LimitCORE=0",
    "",
    ...sandbox(service),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
}

function socketUnit({ name, about, addresses, backlog, unixMode }: Service): readonly string[] {
  return [
    "[Unit]",
    `Description=${line(`Sockets of ${about}`)}`,
    "",
    "[Socket]",
    ...addresses.flatMap(streams).map((address) => `ListenStream=${address}`),
    // A socket of all IPv6 addresses would take the IPv4 ones, too.
    ...hasBothFamilies(addresses) ? ["BindIPv6Only=ipv6-only"] : [],
    `FileDescriptorName=${name}`,
    ...backlog === undefined ? [] : [`Backlog=${backlog}`],
    ...unixMode === undefined ? [] : [`SocketMode=0${unixMode.toString(8).padStart(3, "0")}`],
    "RemoveOnStop=yes",
    "",
    "[Install]",
    "WantedBy=sockets.target",
  ];
}

/** An address as `ListenStream=` has it; systemd knows no names. */
function streams(address: Address): readonly string[] {
  if (address.transport === "unix") return [pathLine(address.path)];
  const { hostname, port } = address;
  const hosts = /^localhost\.?$/i.test(hostname) ? ["127.0.0.1", "::1"] : [hostname];
  return hosts.map((host) => formatAddress({ transport: "tcp", hostname: host, port }));
}

function hasBothFamilies(addresses: readonly Address[]): boolean {
  const ports = (hostname: string) =>
    addresses.flatMap((one) =>
      one.transport === "tcp" && one.hostname === hostname ? [one.port] : []
    );
  const every = ports("0.0.0.0");
  return ports("::").some((port) => every.includes(port));
}
