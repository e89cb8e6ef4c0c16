import type { Logger } from "../log/logger.ts";
import type { Mode } from "../modes/mode.ts";
import { MODES } from "../modes/registry.ts";
import type { Plan } from "../modes/mode.ts";
import { availableProcessors } from "../base/processors.ts";
import type { Settings } from "../settings/options.ts";
import { systemLimits } from "../base/system_limits.ts";

/** Descriptors that are not for connections: the runtime's own, listeners, logs and a handler's files. */
const RESERVED_DESCRIPTORS = 32;
/** Descriptors that each thread has for itself. */
const THREAD_DESCRIPTORS = 8;

/** The mode that is set. */
export function modeOf(settings: Settings): Mode {
  const mode = MODES[settings.mode];
  if (mode === undefined) {
    throw new Error(`Cannot plan the mode "${settings.mode}": no such row`);
  }
  return mode;
}

/** What the mode makes of the settings, within what the system allows; says what it does not allow. */
export async function makePlan(settings: Settings, log: Logger): Promise<Plan> {
  const mode = modeOf(settings);
  const limits = await systemLimits();
  const workers = settings.workers ?? await availableProcessors();
  const wanted = mode.plan({ ...settings, workers });
  const capacity = limits.descriptors === null ? Infinity : room(limits.descriptors, wanted);
  const maxConnections = Math.min(settings.maxConnections, capacity);
  const plan = mode.plan({ ...settings, workers, maxConnections });
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
  return plan;
}

/** The connections that there are descriptors for, in all processes together; one at least. */
function room(descriptors: number, { place, lanes }: Plan): number {
  const threads = place === "thread" ? lanes.max : 0;
  const each = descriptors - RESERVED_DESCRIPTORS - threads * THREAD_DESCRIPTORS;
  return Math.max(1, place === "process" ? each * lanes.max : each);
}
