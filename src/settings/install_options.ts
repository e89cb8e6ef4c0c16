/** The options of `sluice install` and of the commands around it. */
import { EXIT } from "../base/exit.ts";
import { type FlagsOf, loadFlags } from "./flags.ts";
import { finalValue, RANK } from "./found.ts";
import * as kinds from "./kinds.ts";
import { serviceName, userName } from "./kinds/words.ts";
import { option, type OptionTable, type ValuesOf } from "./option.ts";

/** The service managers, in the order in which they are looked for. */
export const MANAGER_NAMES = ["systemd", "launchd", "openrc", "runit", "supervisord"] as const;

/** The name of a service manager. */
export type ManagerName = typeof MANAGER_NAMES[number];

/** The name of a service that is given none. */
export const USUAL_NAME = "sluice";

const ROOT_DIR = option(kinds.path(), {
  default: null,
  unset: "the machine's own",
  group: "Service",
  help: "Root of another file system, such as an image's: its files are written, no command is run",
});

const DRY_RUN = option(kinds.flag(), {
  default: false,
  group: "Service",
  help: "Show what would be done, and do nothing",
});

/** The options of `sluice unit`, besides those of the server. */
export const UNIT_OPTIONS = {
  name: option(serviceName(), {
    default: USUAL_NAME,
    group: "Service",
    help: "Name of the service",
  }),
  manager: option(kinds.choice(...MANAGER_NAMES), {
    default: null,
    unset: "found out",
    group: "Service",
    help: "Service manager that runs it",
  }),
  socket: option(kinds.flag(), {
    default: false,
    group: "Service",
    help: "Let the manager hold the listening sockets, so that no client is refused while the " +
      "server restarts; only systemd can",
  }),
  runAs: option(userName(), {
    default: null,
    unset: "one that systemd makes, elsewhere root",
    group: "Service",
    help: "User that the server runs as",
  }),
  rootDir: ROOT_DIR,
};

/** The options of `sluice install`, besides those of the server. */
export const INSTALL_OPTIONS = { ...UNIT_OPTIONS, dryRun: DRY_RUN };

/** The options of `sluice uninstall`. */
export const UNINSTALL_OPTIONS = {
  dryRun: DRY_RUN,
  purge: option(kinds.flag(), {
    default: false,
    group: "Service",
    help: "Remove its logs and its state, too",
  }),
  rootDir: ROOT_DIR,
};

/** The options of `sluice logs`. */
export const LOGS_OPTIONS = {
  follow: option(kinds.flag(), {
    default: false,
    group: "Service",
    help: "Go on with what is logged from now on",
  }),
};

/** The final values of the options of `sluice unit`. */
export type UnitSettings = ValuesOf<typeof UNIT_OPTIONS>;

/** The final values of the options of `sluice install`. */
export type InstallSettings = ValuesOf<typeof INSTALL_OPTIONS>;

/** The final values of the options of `sluice uninstall`. */
export type UninstallSettings = ValuesOf<typeof UNINSTALL_OPTIONS>;

/**
 * Reads the own options of a command that takes those of the server as well; leaves these alone.
 *
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong.
 */
export function readOwnFlags<T extends OptionTable>(
  table: T,
  flags: Readonly<Record<string, readonly string[]>>,
  cwd: string,
): ValuesOf<T> {
  const own = Object.entries(flags).filter(([key]) => Object.hasOwn(table, key));
  return loadFlags(table, Object.fromEntries(own) as FlagsOf<T>, cwd);
}

/**
 * Checks the name of a service that an argument gives.
 *
 * @throws {ExitError} 64 if it cannot be one.
 */
export function readServiceName(argument: string): string {
  return finalValue(UNIT_OPTIONS.name, {
    key: "name",
    value: argument,
    name: "the service",
    where: "",
    folder: "/",
    source: { from: "argument", detail: argument },
    rank: RANK.flag,
    exitCode: EXIT.usage,
  }) as string;
}
