import type { Address } from "../base/address.ts";
import { clock } from "../base/clock.ts";
import { removeSocketFile } from "../core/listener.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import type { AccessLog } from "../log/access_log.ts";
import type { Log, LogCounts } from "../log/log.ts";
import type { Plan } from "../modes/mode.ts";
import type { Ready } from "../places/handle.ts";
import type { Settings } from "../settings/options.ts";
import type { LaneLoss } from "../supervision/lane_loss.ts";
import type { Stop } from "../supervision/stop.ts";
import { Supervisor } from "../supervision/supervisor.ts";
import { releaseSocket } from "../core/taken_socket.ts";
import { Balancing } from "./balancing.ts";
import type { HeldListeners } from "./held_listeners.ts";
import type { Inherited } from "./inheritance.ts";
import type { Machine } from "./machine.ts";
import { OverloadLane } from "./overload_lane.ts";
import { makePlaces } from "./places.ts";
import { isOneByOne, prepare, type Prepared } from "./prepare.ts";
import { QueueWatch } from "./queue_watch.ts";

/** A running server: its listeners, its lanes and their supervisor. */
export class Server {
  readonly supervisor: Supervisor;
  readonly scoreboard = new Scoreboard();
  readonly mode: string;
  /** What the machine allowed when it started. */
  readonly machine: Machine;
  /** The groups of backends that it balances. */
  readonly balancing: Balancing;
  /** The sockets that it was started with; null if there are none. */
  readonly inherited: Inherited | null;
  /** When it started, by {@linkcode clock}. */
  readonly started = clock();
  /** How many reloads there were, by how they ended. */
  readonly reloads = { succeeded: 0, failed: 0 };
  /** Its accept queues. */
  readonly queues = new QueueWatch();
  /** The last reload if it failed; null otherwise. */
  failedReload: { readonly generation: number; readonly reason: string } | null = null;
  /** Called when a worker that has started crashes or hangs; null if nobody wants to know. */
  onLost: ((loss: LaneLoss) => void) | null = null;
  readonly #listeners: HeldListeners;
  readonly #overloadLane: OverloadLane;
  readonly #log: Log;
  readonly #accessLog: AccessLog;
  #state: "starting" | "serving" | "draining" = "starting";
  #plan: Plan;
  #settings: Settings;
  #addresses: readonly Address[] = [];
  #speaksHttp = false;

  /**
   * Starts a server with the given settings.
   *
   * @param cancel Aborts to end the start at once; its workers are then killed.
   * @param inherited The sockets that it was started with; null if there are none.
   * @throws {ExitError} If that fails.
   */
  static async start(
    settings: Settings,
    log: Log,
    accessLog: AccessLog,
    cancel: AbortSignal,
    inherited: Inherited | null = null,
  ): Promise<Server> {
    const balancing = new Balancing(log.logger);
    const prepared = await prepare(settings, log, null, balancing, inherited);
    try {
      cancel.throwIfAborted();
      prepared.listeners.setUserTimeout(settings.writeTimeout);
      const server = new Server(settings, prepared, log, accessLog, balancing, inherited);
      cancel.addEventListener("abort", () => server.supervisor.cancelStart(cancel.reason));
      const { addresses, refusal } = await server.#startGeneration(
        server.supervisor.nextGeneration(),
        prepared,
      );
      balancing.settle(settings.upstreams);
      server.#addresses = addresses;
      server.#state = "serving";
      server.#speaksHttp = refusal?.startsWith("HTTP/") ?? false;
      return server;
    } catch (error) {
      prepared.listeners.close();
      balancing.stop();
      throw error;
    }
  }

  private constructor(
    settings: Settings,
    prepared: Prepared,
    log: Log,
    accessLog: AccessLog,
    balancing: Balancing,
    inherited: Inherited | null,
  ) {
    const { machine, plan, listeners, supervision } = prepared;
    const { scoreboard } = this;
    const places = makePlaces({
      log,
      accessLog,
      scoreboard,
      backends: () => balancing.backends,
      onPressure: () => this.supervisor.meetDemand(),
    });
    this.#plan = plan;
    this.machine = machine;
    this.mode = settings.mode;
    this.#settings = settings;
    this.supervisor = new Supervisor({
      place: places[plan.place],
      scoreboard,
      log: log.logger,
      settings: supervision,
      clientsWaiting: () => listeners.clientsWaiting(),
      onTakeOver: ({ plan, work }) => {
        this.#plan = plan;
        listeners.setUserTimeout(work.writeTimeout);
      },
      onLost: (loss) => this.onLost?.(loss),
      onFull: (isFull) => this.#overloadLane.set(isFull && isOneByOne(this.#plan)),
    });
    this.#overloadLane = new OverloadLane(
      places.here,
      scoreboard,
      log.logger,
      (row) => this.supervisor.totals.keep(row),
    );
    this.#listeners = listeners;
    this.#log = log;
    this.#accessLog = accessLog;
    this.balancing = balancing;
    this.inherited = inherited;
  }

  /** `serving` once its first lanes accept, `draining` from the begin of its stop, before it closes its listeners. */
  get state(): "starting" | "serving" | "draining" {
    return this.#state;
  }

  /** The settings as of the last reload that succeeded. */
  get settings(): Settings {
    return this.#settings;
  }

  /** The plan of the serving generation. */
  get plan(): Plan {
    return this.#plan;
  }

  /** The name of the service, or the path of the handler, as of the last reload that succeeded. */
  get service(): string {
    const { handler, service } = this.#settings;
    return handler ?? service;
  }

  /** Records of its log so far. */
  get logCounts(): LogCounts {
    return this.#log.counts();
  }

  /** The log or access log that cannot be written at the moment, and why; null if all can. */
  get logFailure(): string | null {
    return this.#log.failure ?? this.#accessLog.failure;
  }

  /** Whether its clients are refused in HTTP, which only HTTP services do. */
  get speaksHttp(): boolean {
    return this.#speaksHttp;
  }

  /** The bound addresses. */
  get addresses(): readonly Address[] {
    return this.#addresses;
  }

  /**
   * Starts a new generation with other settings, and retires the old one.
   *
   * @returns The new settings.
   * @throws {Error} If they cannot be loaded or served; then the old one keeps serving.
   */
  async reload(load: () => Promise<Settings>): Promise<Settings> {
    const generation = this.supervisor.nextGeneration();
    try {
      const settings = await load();
      await this.#startGeneration(
        generation,
        await prepare(settings, this.#log, this.#listeners, this.balancing, this.inherited),
      );
      this.balancing.settle(settings.upstreams);
      this.#settings = settings;
      this.failedReload = null;
      this.reloads.succeeded++;
      return settings;
    } catch (error) {
      this.balancing.revert();
      const reason = error instanceof Error ? error.message : String(error);
      this.failedReload = { generation, reason };
      this.reloads.failed++;
      throw error;
    }
  }

  /** Says that it is about to stop, and goes on serving: balancers are to notice first. */
  announceStop(): void {
    this.#state = "draining";
  }

  /** Stops accepting, drains, and kills the lanes that remain after the graceful timeout. */
  async stop(): Promise<Stop> {
    this.announceStop();
    this.#overloadLane.set(false);
    // The lanes still hold the sockets, and close them once they have accepted the queued clients.
    this.#listeners.close();
    this.inherited?.lanes.forEach(releaseSocket);
    const stop = await this.supervisor.stop();
    this.balancing.stop();
    this.queues[Symbol.dispose]();
    // The others are their holder's.
    this.addresses.filter((address) => !this.inherited?.of(address)).forEach(removeSocketFile);
    return stop;
  }

  /** @returns What its lanes report. */
  async #startGeneration(
    number: number,
    { plan, work, supervision }: Prepared,
  ): Promise<Ready> {
    const ready = await this.supervisor.start(number, plan, work, supervision);
    this.#overloadLane.prepare(work, ready.refusal);
    return ready;
  }
}
