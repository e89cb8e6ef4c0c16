import type { AccessLog } from "../log/access_log.ts";
import { makeAddressTable } from "../core/address_counts.ts";
import { type HeldListeners, holdListeners } from "./held_listeners.ts";
import type { Log } from "../log/log.ts";
import type { Logger } from "../log/logger.ts";
import { makePlan } from "./plan.ts";
import { here } from "../places/here.ts";
import type { Place } from "../places/handle.ts";
import { process } from "../places/process.ts";
import { thread } from "../places/thread.ts";
import type { PlaceName, Plan } from "../modes/mode.ts";
import type { HttpOrder, ServiceChoice } from "../services/service.ts";
import { OverloadLane } from "./overload_lane.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import { checkHandlerFile, importFile } from "../services/handler/handler_file.ts";
import { servicePort } from "../services/registry.ts";
import type { Address } from "../base/address.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import { SharedMemory } from "../lane/shared_state.ts";
import type { Stop } from "../supervision/stop.ts";
import { Supervisor } from "../supervision/supervisor.ts";
import type { Work } from "../supervision/supervised_lane.ts";
import { validatePlan } from "./validate_plan.ts";
import { threadTime } from "../base/thread_time.ts";

/** What `--service` and `--handler` choose. */
export function serviceChoice(settings: Settings): ServiceChoice {
  return settings.handler === null
    ? { kind: "service", name: settings.service }
    : { kind: "handler", path: settings.handler };
}

/** A server that runs: its door, its lanes and their supervisor. */
export class Server {
  /** Where it listens. */
  readonly addresses: readonly Address[];
  readonly plan: Plan;
  readonly supervisor: Supervisor;
  readonly scoreboard: Scoreboard;
  readonly mode: string;
  /** The service's name, or the path of the handler. */
  readonly service: string;
  /** When it started, in milliseconds of the monotonic clock. */
  readonly started = performance.now();
  /** The last reload, when it failed; null when it did not. */
  failedReload: { readonly generation: number; readonly reason: string } | null = null;
  readonly #door: HeldListeners;
  readonly #log: Log;
  readonly #refuser: OverloadLane;

  /**
   * Starts what the settings say.
   *
   * @throws {ExitError} If it cannot.
   */
  static async start(settings: Settings, log: Log, accessLog: AccessLog): Promise<Server> {
    if (settings.handler !== null) checkHandlerFile(settings.handler);
    const plan = await makePlan(settings, log.logger);
    const wanted = resolveAddresses(settings, servicePort(serviceChoice(settings)));
    validatePlan(settings, plan, wanted);
    warnOfNoEffect(settings, plan, log.logger);
    const door = await holdListeners(wanted, plan, settings.backlog);
    const scoreboard = new Scoreboard();
    const places = makePlaces({
      settings,
      log,
      accessLog,
      scoreboard,
      onPressure: () => supervisor.fill(),
    });
    const refuser = new OverloadLane(places.here, scoreboard, (row) => supervisor.totals.keep(row));
    const supervisor = new Supervisor({
      place: places[plan.place],
      scoreboard,
      log: log.logger,
      settings,
      onFull: (isFull) => refuser.set(isFull && isOneByOne(plan)),
    });
    try {
      const work = workOf(settings, plan, door, log);
      const { addresses, refusal } = await supervisor.start(plan, work, settings);
      refuser.prepare(work, refusal);
      return new Server({
        addresses,
        plan,
        supervisor,
        door,
        log,
        refuser,
        scoreboard,
        settings,
      });
    } catch (error) {
      door.close();
      throw error;
    }
  }

  private constructor(parts: {
    addresses: readonly Address[];
    plan: Plan;
    supervisor: Supervisor;
    door: HeldListeners;
    log: Log;
    refuser: OverloadLane;
    scoreboard: Scoreboard;
    settings: Settings;
  }) {
    this.addresses = parts.addresses;
    this.plan = parts.plan;
    this.supervisor = parts.supervisor;
    this.#door = parts.door;
    this.#log = parts.log;
    this.#refuser = parts.refuser;
    this.scoreboard = parts.scoreboard;
    this.mode = parts.settings.mode;
    this.service = parts.settings.handler ?? parts.settings.service;
  }

  /**
   * Starts a new generation with other settings, and retires the old one.
   *
   * @throws {Error} If it cannot start; then the old one goes on.
   */
  async reload(settings: Settings): Promise<void> {
    try {
      if (settings.handler !== null) checkHandlerFile(settings.handler);
      const plan = await makePlan(settings, this.#log.logger);
      validatePlan(settings, plan, this.#door.addresses);
      const work = workOf(settings, plan, this.#door, this.#log);
      const { refusal } = await this.supervisor.start(plan, work, settings);
      this.#refuser.prepare(work, refusal);
      this.failedReload = null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.failedReload = { generation: this.supervisor.lastGeneration, reason };
      throw error;
    }
  }

  /** Closes the door, drains, and kills after so many milliseconds. */
  async stop(gracefulTimeout: number): Promise<Stop> {
    this.#refuser.set(false);
    // The lanes still hold the sockets, and close them when they have accepted what is queued.
    this.#door.close();
    const stop = await this.supervisor.stop(gracefulTimeout);
    removeSockets(this.addresses);
    return stop;
  }
}

/** Says which of the settings have no effect on the main thread. */
function warnOfNoEffect(settings: Settings, { place }: Plan, log: Logger): void {
  const { maxRequests, maxWorkerAge, maxWorkerMemory } = settings;
  if (place === "here" && (maxRequests > 0 || maxWorkerAge > 0 || maxWorkerMemory !== null)) {
    log.warn("Workers are not replaced: the main thread is the only one in this mode", {
      "sluice.mode": settings.mode,
    });
  }
}

/**
 * Whether lanes of the plan run out, thread by thread: more are started in time,
 * and when there are no more, someone else must refuse, since a thread that has
 * its only connection does not accept.
 */
function isOneByOne(plan: Plan): boolean {
  return plan.place === "thread" && plan.connections === 1;
}

function removeSockets(addresses: readonly Address[]): void {
  for (const address of addresses) {
    if (address.transport !== "unix") continue;
    try {
      Deno.removeSync(address.path);
    } catch { // Someone was quicker.
    }
  }
}

function workOf(settings: Settings, plan: Plan, door: HeldListeners, log: Log): Work {
  return {
    ...settings,
    service: serviceChoice(settings),
    http: httpOrderOf(settings),
    addresses: door.addresses,
    sharing: plan.sharing,
    maxConnections: plan.connections,
    totalConnections: plan.total,
    maxConnectionsPerIp: plan.perAddress,
    mostLanes: plan.lanes.max,
    spare: isOneByOne(plan) ? Math.max(1, plan.lanes.spare) : 0,
    log: log.style,
  };
}

/** What a lane of HTTP is told, and no more: an order goes to each thread and process. */
function httpOrderOf(settings: Settings): HttpOrder {
  const { root, compress, lab, maxHeaderSize, maxHeaders, maxBodySize } = settings;
  const { idleTimeout, headerTimeout, bodyTimeout, requestTimeout } = settings;
  const { keepAlive, maxKeepAliveRequests, accessLog, accessLogFormat } = settings;
  return {
    ...{ root, compress, lab, maxHeaderSize, maxHeaders, maxBodySize },
    ...{ idleTimeout, headerTimeout, bodyTimeout, requestTimeout },
    ...{ keepAlive, maxKeepAliveRequests },
    accessLog: accessLog === null ? null : accessLogFormat,
  };
}

function makePlaces(parts: {
  readonly settings: Settings;
  readonly log: Log;
  readonly accessLog: AccessLog;
  readonly scoreboard: Scoreboard;
  readonly onPressure: () => void;
}): Record<PlaceName, Place> {
  const { log, scoreboard, onPressure } = parts;
  const memory = new SharedMemory();
  const addressTable = makeAddressTable(parts.settings.maxConnections);
  const recordAccess = (lines: string) => parts.accessLog.record(lines);
  const reports = {
    scoreboard,
    onPressure,
    pass: (lines: string) => log.pass(lines),
    record: recordAccess,
    onDropped: (count: number) =>
      log.logger.warn("Messages of a worker dropped: it has more to log than can be passed on", {
        "sluice.messages.dropped": count,
      }),
  };
  return {
    here: here({
      log: log.logger,
      recordAccess,
      scoreboard,
      addressTable,
      onEvent: () => {},
      importHandler: importFile,
      allocate: (name, bytes) => Promise.resolve().then(() => memory.allocate(name, bytes)),
      memory: () => Deno.memoryUsage().rss,
      cpuTime: threadTime,
    }),
    thread: thread({ ...reports, addressTable, memory }),
    process: process(reports),
  };
}
