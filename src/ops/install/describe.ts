/** Describes a server with these settings as a service of the machine. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expandLocalhost } from "../../base/address.ts";
import { configurationFolder } from "../../base/app_configuration.ts";
import { PROGRAM_FOLDER } from "../../base/program.ts";
import { ownArguments } from "../../base/run_arguments.ts";
import { serviceChoice } from "../../server/prepare.ts";
import { describeService } from "../../services/registry.ts";
import { type Loaded, resolveAddresses } from "../../settings/load.ts";
import { OPTION_KEYS, type OptionKey, optionOf, type Settings } from "../../settings/options.ts";
import { givenFlags } from "./given_flags.ts";
import type { Service } from "./service.ts";

/** What the settings of the server do not say. */
export interface Installation {
  readonly name: string;
  readonly user: string | null;
  readonly isSocketActivated: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Flags beyond those that the user gives. */
  readonly flags: readonly string[];
  /** The absolute folder that the user is in. */
  readonly folder: string;
}

/** Beyond the phases of a drain: lanes are killed, and the log is written. */
const STOP_RESERVE = 5_000;
/** Beyond the start of the lanes: the runtime starts, and finds out what it runs on. */
const START_RESERVE = 30_000;
/** In place of no limit. */
const ONE_DAY = 24 * 60 * 60 * 1000;
/** The least for a server that counts as hung only if replacing its lanes has not helped. */
const LEAST_WATCHDOG = 10_000;
/** Open files beyond two for each connection: of the program, its workers and its handler. */
const OTHER_FILES = 1024;
/** The most that the system allows: fs.nr_open in proc(5). */
const MOST_FILES = 1024 ** 2;

/** The paths that a server writes. */
const WRITTEN: readonly OptionKey[] = [
  ...["logFile", "accessLog", "pidFile", "statusFile"] as const,
  ...["stateDir", "alertSpool"] as const,
];

/** Those of them that are folders. */
const FOLDERS: readonly OptionKey[] = ["stateDir"];

/**
 * Describes a server as a service.
 *
 * @throws {ExitError} 64 if a setting holds a secret that everyone could read.
 */
export function describe(loaded: Loaded, installation: Installation): Service {
  const { settings } = loaded;
  const { name, user, isSocketActivated, environment, folder, flags } = installation;
  const { drainDelay, gracefulTimeout, startTimeout, workerTimeout, maxConnections } = settings;
  const { port } = describeService(serviceChoice(settings));
  const reads = readPaths(settings);
  const what = settings.handler === null ? `the service ${settings.service}` : settings.handler;
  return {
    name,
    about: `Sluice, serving ${what.replaceAll(/\p{Cc}/gu, "?")}`,
    command: [...ownCommand(), ...givenFlags(loaded), ...flags],
    workingDirectory: reads.some((path) => isWithin(path, folder))
      ? folder
      : firstFolder(settings) ?? "/",
    environment,
    user,
    addresses: resolveAddresses(settings, port).flatMap(expandLocalhost),
    backlog: settings.backlog,
    ...settings.unixMode === null ? {} : { unixMode: settings.unixMode },
    isSocketActivated,
    isRespawning: settings.respawn || flags.includes("--respawn"),
    isForked: settings.mode === "forked",
    openFiles: Math.min(MOST_FILES, 2 * maxConnections + OTHER_FILES),
    startTimeout: startTimeout === 0 ? ONE_DAY : startTimeout + START_RESERVE,
    stopTimeout: drainDelay + gracefulTimeout + STOP_RESERVE,
    watchdog: workerTimeout === 0 ? null : Math.max(LEAST_WATCHDOG, 2 * workerTimeout),
    reads: [...reads, ...programPaths(), ...cachePath(environment)],
    writes: writtenPaths(settings, port),
  };
}

/** The program, and the arguments that run it whatever the folder is. */
function ownCommand(): [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const words = ownArguments().map((word) => word.startsWith("file:") ? fileURLToPath(word) : word);
  return [Deno.execPath(), ...words];
}

function programPaths(): string[] {
  const isFile = PROGRAM_FOLDER.startsWith("file:") && !Deno.build.standalone;
  return [Deno.execPath(), ...isFile ? [dirname(fileURLToPath(PROGRAM_FOLDER))] : []];
}

/** The cache of the runtime, if the service is to have one. */
function cachePath(environment: Readonly<Record<string, string>>): string[] {
  return environment.DENO_DIR === undefined ? [] : [environment.DENO_DIR];
}

/** The folder of the handler with its configuration, and every other path that is only read. */
function readPaths(settings: Settings): string[] {
  const paths = OPTION_KEYS.flatMap((key) => {
    const value: unknown = settings[key];
    const isRead = optionOf(key).type === "path" && !WRITTEN.includes(key) && value !== null;
    if (!isRead) return [];
    return [key === "handler" ? handlerFolder(value as string) : value as string];
  });
  const groups = settings.upstreams.flatMap(({ file }) => file ?? []);
  return [...new Set([...paths, ...groups])];
}

function handlerFolder(handler: string): string {
  return configurationFolder(dirname(handler)) ?? dirname(handler);
}

function firstFolder({ handler, root, config }: Settings): string | null {
  if (handler !== null) return dirname(handler);
  return root ?? (config === null ? null : dirname(config));
}

function isWithin(path: string, folder: string): boolean {
  return folder !== "/" && (path === folder || path.startsWith(`${folder}/`));
}

function writtenPaths(settings: Settings, port: number): string[] {
  const paths = WRITTEN.flatMap((key) => {
    const path = settings[key] as string | null;
    return path === null ? [] : FOLDERS.includes(key) ? `${path}/` : path;
  });
  const addresses = [...resolveAddresses(settings, port), settings.admin];
  const sockets = addresses.flatMap((address) => address?.transport === "unix" ? address.path : []);
  return [...new Set([...paths, ...sockets])].filter((path) => path !== "-");
}
