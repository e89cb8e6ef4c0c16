import type { Address } from "../base/address.ts";
import { samplingOfEnvironment } from "../base/sampling.ts";
import { spanTargetOfEnvironment } from "../base/span_target.ts";
import type { Log } from "../log/log.ts";
import type { Logger, LogStyle } from "../log/logger.ts";
import type { TakenSocket } from "../core/taken_socket.ts";
import type { Plan } from "../modes/mode.ts";
import { checkSandbox } from "../places/thread_probe.ts";
import { checkHandlerFile } from "../services/handler/handler_file.ts";
import { describeService, serviceOptions } from "../services/registry.ts";
import type { ServiceChoice } from "../services/service.ts";
import { alertsMeasureRequests } from "../settings/alerts.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import { memoryShare } from "../supervision/memory_share.ts";
import type { SupervisionSettings } from "../supervision/settings.ts";
import type { Work } from "../supervision/generation.ts";
import type { Balancing, GroupNumbers } from "./balancing.ts";
import { type HeldListeners, holdListeners } from "./held_listeners.ts";
import type { Inherited } from "./inheritance.ts";
import { type Machine, readMachine } from "./machine.ts";
import { makePlan } from "./plan.ts";
import { validatePlan, validateRoutes } from "./validate_plan.ts";
import { validateUpstreams } from "./validate_upstreams.ts";

/** What a generation of lanes is started with: the settings that its lanes and their supervisor read. */
export interface Prepared {
  readonly machine: Machine;
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
 * @param inherited The sockets that the server was started with; null if there are none.
 * @throws {ExitError} If the settings cannot be served.
 */
export async function prepare(
  settings: Settings,
  log: Pick<Log, "logger" | "style">,
  held: HeldListeners | null,
  balancing: Balancing,
  inherited: Inherited | null,
): Promise<Prepared> {
  if (settings.handler !== null) checkHandlerFile(settings.handler);
  const { port } = describeService(serviceChoice(settings));
  const wanted = resolveAddresses(settings, port);
  validateRoutes(settings, wanted);
  await validateUpstreams(settings);
  const addresses = held?.addresses ?? wanted;
  const machine = await readMachine();
  const planned = makePlan(settings, machine, log.logger);
  validatePlan(settings, planned, addresses);
  if (settings.sandbox && settings.handler !== null) {
    await checkSandbox(settings.handler, settings.startTimeout);
  }
  const groups = await balancing.begin(settings.upstreams);
  const { backlog } = settings;
  const listeners = held ?? await holdListeners(addresses, planned, backlog, inherited);
  const plan = planFor(planned, listeners.addresses, inherited);
  return {
    machine,
    plan,
    listeners,
    work: workOf(settings, plan, listeners, log.style, groups, inherited?.lanes ?? []),
    supervision: supervisionOf(settings, sharedMemory(plan, machine, log.logger)),
  };
}

/** The plan of lanes none of which binds an address: processes share inherited sockets, too. */
function planFor(
  plan: Plan,
  addresses: readonly Address[],
  inherited: Inherited | null,
): Plan {
  const areInherited = addresses.every((address) => inherited?.of(address));
  return areInherited ? { ...plan, sharing: "shared" } : plan;
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

/** Whether anyone wants to know how requests are answered, so that lanes count that. */
function measuresRequests(settings: Settings): boolean {
  return settings.admin !== null || alertsMeasureRequests(settings);
}

/** Builds the common part of the orders, field by field: the firewall between options and lanes. */
function workOf(
  settings: Settings,
  plan: Plan,
  { addresses, loads }: HeldListeners,
  log: LogStyle,
  groups: GroupNumbers | null,
  inherited: readonly TakenSocket[],
): Work {
  const service = serviceChoice(settings);
  const sampling = samplingOfEnvironment();
  return {
    mode: settings.mode,
    service,
    options: serviceOptions(service, settings),
    groups,
    sandbox: settings.sandbox,
    addresses,
    inherited,
    loads: plan.place === "process" && plan.sharing === "shared" ? loads() : null,
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
    measures: measuresRequests(settings),
    log,
    sampling,
    spanTarget: sampling === null ? null : spanTargetOfEnvironment(),
  };
}

/** The share of a lane in the memory of the container, said once for those who look. */
function sharedMemory(plan: Plan, { memory }: Machine, log: Logger): number | null {
  const share = memoryShare(plan, memory);
  if (memory !== null) {
    log.debug("The memory is limited", {
      "sluice.memory_limit": memory,
      "sluice.memory_share": share,
    });
  }
  return share;
}

function supervisionOf(settings: Settings, memoryShare: number | null): SupervisionSettings {
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
    memoryShare,
  };
}
