import type { Logger } from "../log/logger.ts";
import type { ModeSettings, Plan } from "../modes/mode.ts";
import { MODES } from "../modes/registry.ts";
import type { Settings } from "../settings/options.ts";
import type { Machine } from "./machine.ts";

/** Descriptors not available to connections: for the runtime, listeners, logs and a handler's files. */
const RESERVED_DESCRIPTORS = 32;
/** Descriptors that each thread uses for itself. */
const THREAD_DESCRIPTORS = 8;

/**
 * Makes the plan of the settings' mode, without regard to system limits.
 *
 * @param workers The number of workers if the settings give none.
 */
export function planOf(settings: Settings, workers: number): Plan {
  return modePlan(settings, modeSettings(settings, workers));
}

/** Makes a plan within the limits of the machine, and warns if it falls short of the settings. */
export function makePlan(settings: Settings, limits: Machine, log: Logger): Plan {
  const wished = modeSettings(settings, limits.processors);
  const wanted = modePlan(settings, wished);
  const capacity = limits.descriptors === null ? Infinity : room(limits.descriptors, wanted);
  const maxConnections = Math.min(settings.maxConnections, capacity);
  const plan = modePlan(settings, { ...wished, maxConnections });
  if (plan.total < wanted.total) {
    log.warn("Serving fewer connections than --max-connections: raise the limit of open files", {
      "sluice.max_connections": maxConnections,
      "sluice.max_connections.wanted": settings.maxConnections,
      "process.descriptor_limit": limits.descriptors,
    });
  }
  if (limits.backlog !== null && limits.backlog < settings.backlog) {
    log.warn("Queueing fewer clients than --backlog: raise net.core.somaxconn", {
      "sluice.backlog": limits.backlog,
      "sluice.backlog.wanted": settings.backlog,
    });
  }
  warnOfShares(settings, plan, log);
  warnOfNoEffect(settings, plan, log);
  return plan;
}

function modePlan({ mode: name }: Settings, settings: ModeSettings): Plan {
  const mode = MODES[name];
  if (mode === undefined) throw new Error(`Cannot plan the mode "${name}": it is not registered`);
  return mode.plan(settings);
}

function modeSettings(settings: Settings, workers: number): ModeSettings {
  return {
    maxConnections: settings.maxConnections,
    maxConnectionsPerIp: settings.maxConnectionsPerIp,
    workers: settings.workers ?? workers,
    minThreads: settings.minThreads,
    maxThreads: settings.maxThreads,
    spareThreads: settings.spareThreads,
  };
}

/** How many connections the descriptors suffice for, in all processes together; at least one. */
function room(descriptors: number, { place, lanes }: Plan): number {
  const threads = place === "thread" ? lanes.max : 0;
  const each = descriptors - RESERVED_DESCRIPTORS - threads * THREAD_DESCRIPTORS;
  return Math.max(1, place === "process" ? each * lanes.max : each);
}

/** Warns if processes cannot share a limit, because each serves at least one connection. */
function warnOfShares(settings: Settings, { place, lanes }: Plan, log: Logger): void {
  const { maxConnections, maxConnectionsPerIp } = settings;
  const limit = Math.min(maxConnections, maxConnectionsPerIp || Infinity);
  if (place !== "process" || lanes.max <= limit) return;
  log.warn("Limits are exceeded: each process serves at least one connection", {
    "sluice.workers": lanes.max,
    "sluice.max_connections": maxConnections,
    "sluice.max_connections_per_ip": maxConnectionsPerIp,
  });
}

/** Warns about options that have no effect on the main thread. */
function warnOfNoEffect(settings: Settings, { place }: Plan, log: Logger): void {
  const { maxRequests, maxWorkerAge, maxWorkerMemory } = settings;
  if (place === "here" && (maxRequests > 0 || maxWorkerAge > 0 || maxWorkerMemory !== null)) {
    log.warn("Workers are not recycled: this mode runs on the main thread only", {
      "sluice.mode": settings.mode,
    });
  }
}
