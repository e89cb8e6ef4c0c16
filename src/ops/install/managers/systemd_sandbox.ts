/** What a service of systemd may see and do: systemd.exec(5), "SANDBOXING" and the sections around it. */
import { dirname } from "node:path";
import type { Service } from "../service.ts";
import { listedPath } from "./systemd_words.ts";

/** Folders that `ProtectHome=` hides. */
const HOMES = ["/home", "/root", "/run/user"];
/** Folders that `PrivateTmp=` replaces. */
const TEMPORARY = ["/tmp", "/var/tmp"];
/** Ports below this one are for whoever has CAP_NET_BIND_SERVICE. */
const FIRST_OPEN_PORT = 1024;

/** The folders that systemd makes for a service, in the order of {@linkcode managedFolders}. */
const FOLDERS = ["State", "Logs", "Runtime", "Cache"] as const;

/** The paths of the folders that systemd makes for a service, by what begins the setting's name. */
export function managedFolders(name: string): Readonly<Record<typeof FOLDERS[number], string>> {
  return {
    State: `/var/lib/${name}`,
    Logs: `/var/log/${name}`,
    Runtime: `/run/${name}`,
    Cache: `/var/cache/${name}`,
  };
}

/** The lines about users, folders and the sandbox. */
export function sandbox(service: Service): readonly string[] {
  const { name, user, isForked } = service;
  const privileges = needsLowPort(service) ? "CAP_NET_BIND_SERVICE" : "";
  return [
    ...user === null ? ["DynamicUser=yes"] : [`User=${user}`],
    ...FOLDERS.flatMap((folder) => [`${folder}Directory=${name}`, `${folder}DirectoryMode=0750`]),
    // After a crash, its successor may need the socket of a path.
    "RuntimeDirectoryPreserve=restart",
    "UMask=0027",
    "",
    `CapabilityBoundingSet=${privileges}`,
    `AmbientCapabilities=${privileges}`,
    "NoNewPrivileges=yes",
    // In a name space of its own, a capability means nothing to ports of the machine.
    `PrivateUsers=${privileges === "" ? "yes" : "no"}`,
    "PrivateDevices=yes",
    "PrivateTmp=yes",
    "ProtectSystem=strict",
    ...paths(service),
    "ProtectProc=invisible",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "KeyringMode=private",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "# Netlink tells the length of accept queues, and the interfaces.",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "SystemCallArchitectures=native",
    "SystemCallErrorNumber=EPERM",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    ...isForked
      ? [
        "# So that other workers accept the clients of one that is blocked.",
        "SystemCallFilter=pidfd_getfd",
      ]
      : [],
    "# No MemoryDenyWriteExecute: the runtime compiles JavaScript to machine code as it runs.",
  ];
}

/** Whether it binds a port for which it needs a capability; the manager's sockets need none. */
function needsLowPort({ addresses, isSocketActivated }: Service): boolean {
  return !isSocketActivated &&
    addresses.some((address) =>
      address.transport === "tcp" && address.port > 0 && address.port < FIRST_OPEN_PORT
    );
}

/** The lines that let it see and write what the sandbox would hide or protect. */
function paths({ name, reads, writes }: Service): readonly string[] {
  const own = Object.values(managedFolders(name));
  const written = unique(writes.map(folderOf)).filter((path) => !isWithin(path, own));
  const hidden = [...HOMES, ...TEMPORARY];
  const bound = written.filter((path) => isWithin(path, hidden));
  const seen = unique(reads).filter((path) => isWithin(path, hidden) && !isWithin(path, bound));
  const others = written.filter((path) => !isWithin(path, hidden));
  const usesHome = [...bound, ...seen].some((path) => isWithin(path, HOMES));
  return [
    // Empty folders, into which what it needs is bound.
    `ProtectHome=${usesHome ? "tmpfs" : "yes"}`,
    ...list("BindReadOnlyPaths", seen),
    ...list("BindPaths", bound),
    ...list("ReadWritePaths", others),
  ];
}

function list(setting: string, paths: readonly string[]): readonly string[] {
  return paths.map((path) => `${setting}=${listedPath(path)}`);
}

/** The folder that has to be writable: files are replaced whole, and rotated. */
function folderOf(path: string): string {
  return path.endsWith("/") ? path.replace(/(?<=.)\/+$/, "") : dirname(path);
}

function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)];
}
