/** Every service manager. */
import type { ManagerName } from "../../../settings/install_options.ts";
import { launchd } from "./launchd.ts";
import type { ServiceManager } from "./manager.ts";
import { openrc } from "./openrc.ts";
import { runit } from "./runit.ts";
import { supervisord } from "./supervisord.ts";
import { systemd } from "./systemd.ts";

/** The managers by name, in the order in which they are looked for. */
export const MANAGERS = { systemd, launchd, openrc, runit, supervisord } satisfies Record<
  ManagerName,
  ServiceManager
>;

/** What only some managers do for a service. */
export interface ManagerTraits {
  /** Whether it can hold the listening sockets. */
  readonly holdsSockets: boolean;
  /** Whether it makes a user, and the folders of logs and state. */
  readonly makesFolders: boolean;
  /** Whether it lets a user that is not root listen on ports below 1024. */
  readonly opensLowPorts: boolean;
  /**
   * What makes it take changed files: to enable the service again, that and a restart, or to
   * disable it before.
   */
  readonly update: "enable" | "restart" | "renew";
  /** Whether it waits until the server says that it serves. */
  readonly waits: boolean;
  /** Whether it takes a second until it starts a server again that was killed. */
  readonly isSlow: boolean;
  /** Where else a service of that name may be defined. */
  rivals(name: string): readonly string[];
}

const PLAIN: ManagerTraits = {
  holdsSockets: false,
  makesFolders: false,
  opensLowPorts: false,
  update: "restart",
  waits: false,
  isSlow: false,
  rivals: () => [],
};

/** The traits of each manager. */
export const TRAITS: Readonly<Record<ManagerName, ManagerTraits>> = {
  systemd: {
    holdsSockets: true,
    makesFolders: true,
    opensLowPorts: true,
    update: "enable",
    waits: true,
    isSlow: false,
    // systemd.unit(5), "UNIT FILE LOAD PATH".
    rivals: (name) =>
      ["/run", "/usr/local/lib", "/usr/lib", "/lib"].map((folder) =>
        `${folder}/systemd/system/${name}.service`
      ),
  },
  launchd: {
    ...PLAIN,
    // Since macOS 10.14, anyone may listen on them, on all interfaces.
    opensLowPorts: true,
    update: "renew",
    rivals: (name) => [`/System/Library/LaunchDaemons/${name}.plist`],
  },
  openrc: PLAIN,
  runit: PLAIN,
  supervisord: { ...PLAIN, update: "enable", isSlow: true },
};
