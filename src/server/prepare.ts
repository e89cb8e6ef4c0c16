import type { Address } from "../base/address.ts";
import type { Log } from "../log/log.ts";
import type { LogStyle } from "../log/logger.ts";
import type { Plan } from "../modes/mode.ts";
import { checkSandbox } from "../places/thread_probe.ts";
import { checkHandlerFile } from "../services/handler/handler_file.ts";
import { describeService, serviceOptions } from "../services/registry.ts";
import type { ServiceChoice } from "../services/service.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import type { SupervisionSettings } from "../supervision/settings.ts";
import type { Work } from "../supervision/generation.ts";
import type { Balancing, GroupNumbers } from "./balancing.ts";
import { type HeldListeners, holdListeners } from "./held_listeners.ts";
import { makePlan } from "./plan.ts";
import { validatePlan, validateRoutes } from "./validate_plan.ts";
import { validateUpstreams } from "./validate_upstreams.ts";

/** What a generation of lanes is started with: the settings that its lanes and their supervisor read. */
export interface Prepared {
  readonly plan: Plan;
  readonly listeners: HeldListeners;
  readonly work: Work;
  readonly supervision: SupervisionSettings;
}

/**
 * Turns settings into what a generation of lanes needs, at startup and for each
 * reload.
 *
 * @param held The listeners of a running server; if null, new ones are opened,
 * which the caller closes.
 * @throws {ExitError} If the settings cannot be served.
 */
export async function prepare(
  settings: Settings,
  log: Pick<Log, "logger" | "style">,
  held: HeldListeners | null,
  balancing: Balancing,
): Promise<Prepared> {
  if (settings.handler !== null) checkHandlerFile(settings.handler);
  const { port } = describeService(serviceChoice(settings));
  const wanted = resolveAddresses(settings, port);
  validateRoutes(settings, wanted);
  await validateUpstreams(settings);
  const addresses = held?.addresses ?? wanted;
  const plan = await makePlan(settings, log.logger);
  validatePlan(settings, plan, addresses);
  if (settings.sandbox && settings.handler !== null) {
    await checkSandbox(settings.handler, settings.startTimeout);
  }
  const groups = await balancing.begin(settings.upstreams);
  const listeners = held ?? await holdListeners(addresses, plan, settings.backlog);
  return {
    plan,
    listeners,
    work: workOf(settings, plan, listeners.addresses, log.style, groups),
    supervision: supervisionOf(settings),
  };
}

/** The service chosen by `--service` or `--handler`. */
export function serviceChoice(
  { handler, service }: Pick<Settings, "handler" | "service">,
): ServiceChoice {
  return handler === null ? { kind: "service", name: service } : { kind: "handler", path: handler };
}

/**
 * Whether each lane of the plan serves one connection at a time while others are
 * started ahead of need. A thread that has its connection does not accept, so at
 * the maximum number of threads another lane must do the refusing.
 */
export function isOneByOne(plan: Plan): boolean {
  return plan.place === "thread" && plan.connections === 1;
}

/** Builds the common part of the orders, field by field: the firewall between options and lanes. */
function workOf(
  settings: Settings,
  plan: Plan,
  addresses: readonly Address[],
  log: LogStyle,
  groups: GroupNumbers | null,
): Work {
  const service = serviceChoice(settings);
  return {
    mode: settings.mode,
    service,
    options: serviceOptions(service, settings),
    groups,
    sandbox: settings.sandbox,
    addresses,
    sharing: plan.sharing,
    backlog: settings.backlog,
    unixMode: settings.unixMode,
    trustedProxies: settings.acceptProxy ? settings.trustedProxies : null,
    maxConnections: plan.connections,
    totalConnections: plan.total,
    maxConnectionsPerIp: plan.perAddress,
    overload: settings.overload,
    idleTimeout: settings.idleTimeout,
    writeTimeout: settings.writeTimeout,
    gracefulTimeout: settings.gracefulTimeout,
    startTimeout: settings.startTimeout,
    workerTimeout: settings.workerTimeout,
    spare: isOneByOne(plan) ? Math.max(1, plan.lanes.spare) : 0,
    maxLanes: plan.lanes.max,
    log,
  };
}

function supervisionOf(settings: Settings): SupervisionSettings {
  return {
    startTimeout: settings.startTimeout,
    workerTimeout: settings.workerTimeout,
    maxHungThreads: settings.maxHungThreads,
    threadIdleTimeout: settings.threadIdleTimeout,
    retireTimeout: settings.retireTimeout,
    gracefulTimeout: settings.gracefulTimeout,
    maxRequests: settings.maxRequests,
    maxRequestsJitter: settings.maxRequestsJitter,
    maxWorkerAge: settings.maxWorkerAge,
    maxWorkerMemory: settings.maxWorkerMemory,
  };
}
