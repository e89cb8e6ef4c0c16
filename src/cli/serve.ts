/** `sluice serve`: from settings to a running server, and to its end. */
import { EXIT } from "../exit.ts";
import { type Log, type Logger, openLog } from "../log.ts";
import { MODES } from "../modes/registry.ts";
import { writePidFile } from "../pid_file.ts";
import { here } from "../places/here.ts";
import type { Plan, ServiceChoice } from "../plan.ts";
import { findService } from "../services/registry.ts";
import { formatAddress } from "../settings/address.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import { type Stop, Supervisor } from "../supervisor.ts";
import { systemLimits } from "../system_limits.ts";

/** Calls back for each signal that the process is sent, until the process ends. */
export type WatchSignals = (onSignal: (signal: Deno.Signal) => void) => void;

/** Descriptors that are not for connections: the runtime's own, listeners, logs and a handler's files. */
const RESERVED_DESCRIPTORS = 32;

/** What `--service` and `--handler` choose. */
export function serviceChoice(settings: Settings): ServiceChoice {
  return settings.handler === null
    ? { kind: "service", name: settings.service }
    : { kind: "handler", path: settings.handler };
}

/**
 * Serves until a signal ends it.
 *
 * @returns What to exit with.
 * @throws {ExitError} If the server cannot start.
 */
export async function serve(
  settings: Settings,
  watchSignals: WatchSignals,
): Promise<number> {
  const choice = serviceChoice(settings);
  const service = await findService(choice);
  const log = await openLog({
    level: settings.logLevel,
    format: settings.logFormat,
    file: settings.logFile,
    maxSize: settings.logMaxSize,
    maxFiles: settings.logMaxFiles,
  });
  try {
    using _pidFile = settings.pidFile === null ? null : writePidFile(settings.pidFile);
    const supervisor = new Supervisor(here(log.logger));
    const plan = await makePlan(settings, log.logger);
    const started = performance.now();
    await supervisor.start(plan, {
      ...settings,
      service: choice,
      addresses: resolveAddresses(settings, service.port),
    });
    reportStrayErrors(log.logger);
    const stopped = stopOnSignal(supervisor, settings, log, watchSignals);
    sayStarted(log.logger, settings, service.name, plan, supervisor);
    const { stop, exitCode } = await stopped;
    sayStopped(log.logger, supervisor, stop, performance.now() - started);
    return exitCode;
  } finally {
    await log.close();
  }
}

async function makePlan(settings: Settings, log: Logger): Promise<Plan> {
  const mode = MODES[settings.mode];
  if (mode === undefined) {
    throw new Error(`Cannot plan the mode "${settings.mode}": no such row`);
  }
  const limits = await systemLimits();
  const capacity = limits.descriptors === null
    ? settings.maxConnections
    : Math.max(1, limits.descriptors - RESERVED_DESCRIPTORS);
  const plan = mode.plan({
    maxConnections: Math.min(settings.maxConnections, capacity),
  });
  const wanted = mode.plan({ maxConnections: settings.maxConnections }).connections;
  if (plan.connections < wanted) {
    log.warn(
      "Serving fewer connections than --max-connections: raise the limit of open files",
      {
        "sluice.max_connections": plan.connections,
        "sluice.max_connections.wanted": wanted,
        "process.descriptor_limit": limits.descriptors,
      },
    );
  }
  if (limits.backlog !== null && limits.backlog < settings.backlog) {
    log.warn(
      "Queueing fewer clients than --backlog: raise net.core.somaxconn",
      {
        "sluice.backlog": limits.backlog,
        "sluice.backlog.wanted": settings.backlog,
      },
    );
  }
  return plan;
}

/** Resolves when the server has stopped, as the signals said. */
function stopOnSignal(
  supervisor: Supervisor,
  settings: Settings,
  { logger, reopen }: Log,
  watchSignals: WatchSignals,
): Promise<{ stop: Stop; exitCode: number }> {
  const { promise, resolve } = Promise.withResolvers<
    { stop: Stop; exitCode: number }
  >();
  let cutShortBy: number | null = null;
  let isStopping = false;
  const say = (signal: Deno.Signal, effect: string) =>
    logger.info(`${signal} received: ${effect}`, { "sluice.signal": signal });

  async function drain() {
    isStopping = true;
    const stop = await supervisor.stop(settings.gracefulTimeout);
    resolve({
      stop,
      exitCode: stop.killed && cutShortBy !== null ? cutShortBy : EXIT.ok,
    });
  }
  function drainOrCut(signal: Deno.Signal, exitCode: number) {
    if (isStopping) return cut(signal, exitCode);
    const open = supervisor.lanes.reduce((sum, lane) => sum + lane.open, 0);
    say(
      signal,
      `draining ${open} connections, a second signal closes them at once`,
    );
    void drain();
  }
  function cut(signal: Deno.Signal, exitCode: number) {
    say(signal, "closing all connections at once");
    cutShortBy ??= exitCode;
    supervisor.kill();
    if (!isStopping) void drain();
  }
  const effects: Partial<Record<Deno.Signal, () => void>> = {
    SIGTERM: () => drainOrCut("SIGTERM", 143),
    SIGINT: () => drainOrCut("SIGINT", 130),
    SIGQUIT: () => cut("SIGQUIT", 131),
    SIGHUP: () => {
      say("SIGHUP", "reopening the log");
      void reopen();
    },
    SIGTTIN: () => say("SIGTTIN", `nothing to add, --mode ${settings.mode} has one lane`),
    SIGTTOU: () => say("SIGTTOU", `nothing to remove, --mode ${settings.mode} has one lane`),
  };
  watchSignals((signal) => effects[signal]?.());
  return promise;
}

/**
 * A handler's forgotten promise or timer that fails belongs to no connection
 * and must not end those of others; on the main thread it would.
 */
function reportStrayErrors(log: Logger): void {
  const report = (event: Event, error: unknown) => {
    event.preventDefault();
    log.error(
      "Error outside of a connection: a promise or a timer that nobody waits for",
      {
        error: error instanceof Error ? error : String(error),
      },
    );
  };
  globalThis.addEventListener(
    "unhandledrejection",
    (event) => report(event, event.reason),
  );
  globalThis.addEventListener("error", (event) => report(event, event.error));
}

function sayStarted(
  log: Logger,
  settings: Settings,
  service: string,
  plan: Plan,
  supervisor: Supervisor,
): void {
  const addresses = supervisor.lanes.flatMap((lane) => lane.addresses);
  const [first] = addresses;
  const list = addresses.map(formatAddress).join(", ");
  log.info(`Serving ${service} in ${settings.mode} mode on ${list}`, {
    "sluice.mode": settings.mode,
    "sluice.service": service,
    ...(first?.transport === "tcp"
      ? { "server.address": first.hostname, "server.port": first.port }
      : { "server.address": first?.path }),
    "process.pid": Deno.pid,
    "sluice.max_connections": plan.connections,
    "sluice.max_connections_per_ip": settings.maxConnectionsPerIp,
    "sluice.backlog": settings.backlog,
    "sluice.overload": settings.overload,
  });
}

function sayStopped(
  log: Logger,
  supervisor: Supervisor,
  stop: Stop,
  uptime: number,
): void {
  const total = (count: "accepted" | "refused" | "silent" | "failed") =>
    supervisor.lanes.reduce((sum, lane) => sum + lane.counts[count], 0);
  const attributes = {
    "sluice.connections.accepted": total("accepted"),
    "sluice.connections.refused": total("refused"),
    "sluice.connections.silent": total("silent"),
    "sluice.connections.failed": total("failed"),
    "sluice.connections.cut": stop.cut,
    "sluice.uptime": Math.round(uptime) / 1000,
  };
  if (stop.cut === 0) log.info("Stopped", attributes);
  else log.warn("Stopped: connections were cut", attributes);
}
