import type { Address } from "../base/address.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import type { AccessLog } from "../log/access_log.ts";
import type { Log } from "../log/log.ts";
import type { Plan } from "../modes/mode.ts";
import type { Ready } from "../places/handle.ts";
import type { Settings } from "../settings/options.ts";
import type { Stop } from "../supervision/stop.ts";
import { Supervisor } from "../supervision/supervisor.ts";
import { Balancing } from "./balancing.ts";
import type { HeldListeners } from "./held_listeners.ts";
import { OverloadLane } from "./overload_lane.ts";
import { makePlaces } from "./places.ts";
import { isOneByOne, prepare, type Prepared } from "./prepare.ts";

/** A running server: its listeners, its lanes and their supervisor. */
export class Server {
  readonly supervisor: Supervisor;
  readonly scoreboard = new Scoreboard();
  readonly mode: string;
  /** The groups of backends that it balances. */
  readonly balancing: Balancing;
  /** When it started, by `performance.now()`. */
  readonly started = performance.now();
  /** The last reload if it failed; null otherwise. */
  failedReload: { readonly generation: number; readonly reason: string } | null = null;
  readonly #listeners: HeldListeners;
  readonly #overloadLane: OverloadLane;
  readonly #log: Log;
  #plan: Plan;
  #service: string;
  #addresses: readonly Address[] = [];
  #speaksHttp = false;

  /**
   * Starts a server with the given settings.
   *
   * @param cancel Aborts to end the start at once; its workers are then killed.
   * @throws {ExitError} If that fails.
   */
  static async start(
    settings: Settings,
    log: Log,
    accessLog: AccessLog,
    cancel: AbortSignal,
  ): Promise<Server> {
    const balancing = new Balancing(log.logger);
    const prepared = await prepare(settings, log, null, balancing);
    try {
      cancel.throwIfAborted();
      prepared.listeners.setUserTimeout(settings.writeTimeout);
      const server = new Server(settings, prepared, log, accessLog, balancing);
      cancel.addEventListener("abort", () => server.supervisor.cancelStart(cancel.reason));
      const { addresses, refusal } = await server.#startGeneration(
        server.supervisor.nextGeneration(),
        prepared,
      );
      balancing.settle(settings.upstreams);
      server.#addresses = addresses;
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
  ) {
    const { plan, listeners, supervision } = prepared;
    const { scoreboard } = this;
    const places = makePlaces({
      log,
      accessLog,
      scoreboard,
      backends: () => balancing.backends,
      onPressure: () => this.supervisor.meetDemand(),
    });
    this.#plan = plan;
    this.mode = settings.mode;
    this.#service = serviceName(settings);
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
    this.balancing = balancing;
  }

  /** The plan of the serving generation. */
  get plan(): Plan {
    return this.#plan;
  }

  /** The name of the service, or the path of the handler, as of the last reload that succeeded. */
  get service(): string {
    return this.#service;
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
        await prepare(settings, this.#log, this.#listeners, this.balancing),
      );
      this.balancing.settle(settings.upstreams);
      this.#service = serviceName(settings);
      this.failedReload = null;
      return settings;
    } catch (error) {
      this.balancing.revert();
      const reason = error instanceof Error ? error.message : String(error);
      this.failedReload = { generation, reason };
      throw error;
    }
  }

  /** Stops accepting, drains, and kills the lanes that remain after the graceful timeout. */
  async stop(): Promise<Stop> {
    this.#overloadLane.set(false);
    // The lanes still hold the sockets, and close them once they have accepted the queued clients.
    this.#listeners.close();
    const stop = await this.supervisor.stop();
    this.balancing.stop();
    removeSockets(this.addresses);
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

function serviceName({ handler, service }: Settings): string {
  return handler ?? service;
}

function removeSockets(addresses: readonly Address[]): void {
  for (const address of addresses) {
    if (address.transport !== "unix") continue;
    try {
      Deno.removeSync(address.path);
    } catch { // Someone else removed it.
    }
  }
}
