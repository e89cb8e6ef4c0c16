/** `sluice serve`: starts a server with the settings, and runs it until it stops. */
import type { Address } from "../base/address.ts";
import { type Inheritance, takeInheritedSockets } from "../core/inherited_sockets.ts";
import { openAccessLog } from "../log/access_log.ts";
import { type Log, openLog } from "../log/log.ts";
import type { AdminPort } from "../ops/admin/admin_port.ts";
import { writePidFile } from "../ops/pid_file.ts";
import type { OwnParent } from "../ops/respawn/own_parent.ts";
import { factsOf } from "../ops/status/facts_of.ts";
import { StatusReader } from "../ops/status/status_reader.ts";
import { takeOver, withInheritance } from "../server/inheritance.ts";
import { serviceChoice } from "../server/prepare.ts";
import { Reloader } from "../server/reloader.ts";
import { Server } from "../server/server.ts";
import { describeService } from "../services/registry.ts";
import { type Loaded, resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import { openAdmin, readAdminToken } from "./admin.ts";
import { checkAlertCommand } from "./alert_command.ts";
import { EffectiveConfig } from "./effective_config.ts";
import { logFailed, logStarted, logStopped } from "./lifecycle_log.ts";
import { logSettings } from "./log_settings.ts";
import { Shutdown } from "./shutdown.ts";
import type { Start } from "./start.ts";
import { stopOnSignal } from "./stop_on_signal.ts";
import type { Served } from "./witnesses/witness.ts";
import { Witnesses } from "./witnesses/witnesses.ts";

/** Loads the settings again, because the configuration file may have changed. */
type LoadAgain = () => Promise<Loaded>;

/** What a run of a server is given. */
interface Run {
  readonly loadAgain: LoadAgain;
  readonly start: Start;
  /** Whether signals are for a parent of `--respawn`. */
  readonly hasParent: boolean;
  readonly inheritance: Inheritance | null;
  readonly config: EffectiveConfig;
  readonly log: Log;
  readonly witnesses: Witnesses;
}

/**
 * Serves until a signal, a command or a failure of its workers stops it.
 *
 * @param findAgain Loads the settings again.
 * @param parent That of `--respawn`; null if this process has none.
 * @returns The exit code.
 * @throws {ExitError} If the server cannot start.
 * @throws {StartInterrupted} If a signal ends the start.
 */
export async function serve(
  found: Loaded,
  findAgain: LoadAgain,
  start: Start,
  parent: OwnParent | null,
): Promise<number> {
  const witnesses = new Witnesses(found.settings, parent);
  let log: Log | null = null;
  try {
    log = await start.step("opening the log", () => openLog(logSettings(found.settings)));
    const inheritance = takeInheritedSockets();
    const config = new EffectiveConfig(withInheritance(found, inheritance), log.threshold);
    // No step: one that a signal ends would leave what only a crash leaves.
    await witnesses.starting({ config, log });
    const loadAgain = async () => withInheritance(await findAgain(), inheritance);
    const hasParent = parent !== null;
    return await run({ loadAgain, start, hasParent, inheritance, config, log, witnesses });
  } catch (error) {
    await witnesses.thrown(error);
    throw error;
  } finally {
    await witnesses[Symbol.asyncDispose]();
    await log?.close();
  }
}

/** The addresses that the lanes listen on. */
function addressesOf(settings: Settings): readonly Address[] {
  const { port } = describeService(serviceChoice(settings));
  return resolveAddresses(settings, port);
}

async function run(
  { loadAgain, start, hasParent, inheritance, config, log, witnesses }: Run,
): Promise<number> {
  const { settings } = config;
  const inherited = inheritance && takeOver(inheritance, addressesOf(settings), settings.admin);
  const { logger } = log;
  await checkAlertCommand(settings);
  // First, so that probes learn that the server starts; closed last, once it has drained.
  await using admin = await start.step(
    "opening the admin port",
    () => openAdmin(settings, () => config.view(), log, inherited),
  );
  await using accessLog = await start.step(
    "opening the access log",
    () => openAccessLog(settings, log),
  );
  // The parent is the process that signals are for.
  const pidFile = hasParent ? null : settings.pidFile;
  using _pidFile = pidFile === null ? null : writePidFile(pidFile);
  const started = performance.now();
  const server = await start.step(
    settings.handler === null
      ? "starting its workers"
      : `loading the handler "${settings.handler}"`,
    () => Server.start(settings, log, accessLog, start.signal, inherited),
  );
  const served = servedOf(server, settings, log, witnesses);
  await witnesses.follow(served);
  const reloadSettings = () => loadForReload(loadAgain, config, admin);
  using reloader = new Reloader(server, settings, reloadSettings, logger, witnesses);
  config.follow(reloader);
  const targets = {
    ...{ server, settings, log, accessLog, reloader, watchSignals: start.watchSignals },
    onStopping: (isTold: boolean) => {
      witnesses.stopping(isTold);
      admin?.refresh();
    },
  };
  const shutdown = new Shutdown(targets);
  admin?.serve({ ...targets, shutdown }, served.facts);
  logStarted(log, settings, server, admin?.addresses ?? []);
  witnesses.serving();
  const { stop, exitCode, failure } = await stopOnSignal(targets, shutdown);
  if (failure !== null) {
    logFailed(logger, failure);
    witnesses.failed(failure, exitCode);
  }
  logStopped(logger, server, stop, performance.now() - started);
  await witnesses.stopped();
  return exitCode;
}

/** Loads the settings again, and the token of the admin port, which may have changed. */
async function loadForReload(
  loadAgain: LoadAgain,
  config: EffectiveConfig,
  admin: AdminPort | null,
): Promise<Settings> {
  const loaded = await loadAgain();
  config.note(loaded);
  if (admin !== null) admin.setToken(await readAdminToken(config.settings));
  return loaded.settings;
}

function servedOf(server: Server, settings: Settings, log: Log, witnesses: Witnesses): Served {
  const facts = () => ({ ...factsOf(server), ...witnesses.facts() });
  const statusReader = () => {
    const reader = new StatusReader(server.scoreboard, facts());
    return () => reader.read(facts());
  };
  return { server, settings, log, facts, statusReader };
}
