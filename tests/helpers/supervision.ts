import type { ReuseportFilter } from "../../src/core/reuseport_filter.ts";
import type { Order } from "../../src/lane/order.ts";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Logger } from "../../src/log/logger.ts";
import type { Plan } from "../../src/modes/mode.ts";
import type { Exit, Place, Ready } from "../../src/places/handle.ts";
import type { SupervisionSettings } from "../../src/supervision/settings.ts";
import { Supervisor } from "../../src/supervision/supervisor.ts";
import { makeOrder } from "./order.ts";

/** Settings without limits, except that the first hung thread ends the server. */
export const UNLIMITED: SupervisionSettings = {
  startTimeout: 0,
  workerTimeout: 0,
  maxHungThreads: 1,
  threadIdleTimeout: 0,
  retireTimeout: 0,
  gracefulTimeout: 0,
  maxRequests: 0,
  maxRequestsJitter: 0,
  maxWorkerAge: 0,
  maxWorkerMemory: null,
  memoryShare: null,
};

const ignore = () => {};

/** Logs nothing. */
export const SILENT: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  getChild: () => SILENT,
};

/** A logger that keeps its records. */
export function recordingLog(): { log: Logger; records: string[] } {
  const records: string[] = [];
  const record = (message: string) => void records.push(message);
  const log = { debug: ignore, info: record, warn: record, error: record, getChild: () => log };
  return { log, records };
}

/** A lane without a thread. */
export interface FakeLane {
  readonly order: Order;
  readonly row: Row;
  /** What it was told, in order. */
  readonly calls: readonly string[];
  /** The filters that it was told to set. */
  readonly filters: readonly (ReuseportFilter | null)[];
  /** Reports that it is ready. */
  ready(): void;
  crash(message: string): void;
}

/** A place whose lanes do nothing, except that those that retire end with their last connection. */
export class FakeLanes {
  readonly all: FakeLane[] = [];
  readonly scoreboard = new Scoreboard();
  /** Whether new lanes wait for `ready()`. */
  isHeld = false;
  /** Why the system cannot start lanes; null if it can. */
  failure: Error | null = null;

  /** The lanes of a generation. */
  of(generation: number): FakeLane[] {
    return this.all.filter(({ order }) => order.generation === generation);
  }

  readonly place: Place = (order) => {
    if (this.failure !== null) throw this.failure;
    const ready = Promise.withResolvers<Ready>();
    const exited = Promise.withResolvers<Exit>();
    ready.promise.catch(ignore);
    const row = this.scoreboard.row(order.row);
    const calls: string[] = [];
    const filters: (ReuseportFilter | null)[] = [];
    const end = (exit: Exit) => {
      ready.reject(exit.kind === "crashed" ? exit.error : new Error("stopped"));
      exited.resolve(exit);
    };
    const lane = {
      ...{ order, row, calls, filters },
      ready: () => ready.resolve({ addresses: [], refusal: null, sockets: [] }),
      crash: (message: string) => end({ kind: "crashed", error: new Error(message) }),
    };
    this.all.push(lane);
    if (!this.isHeld) lane.ready();
    const stop = (call: string) => {
      calls.push(call);
      end({ kind: "stopped" });
    };
    return {
      pid: 0,
      ready: ready.promise,
      exited: exited.promise,
      takeOver: () => Promise.resolve(),
      setLogLevel: () => {},
      stopAccepting: () => Promise.resolve(),
      retire: () => Promise.resolve(row.open === 0 ? stop("retire") : void calls.push("retire")),
      setReuseportFilter(filter) {
        filters.push(filter);
        return Promise.resolve(true);
      },
      relieve: () => Promise.resolve(false),
      endRelief: ignore,
      findConnections: () => Promise.resolve(null),
      closeConnection: () => Promise.resolve(null),
      drain: () => stop("drain"),
      closeConnections: () => void calls.push("closeConnections"),
      kill: () => stop("kill"),
    };
  };
}

/** A plan of threads that serve one connection each, unless told otherwise. */
export function planOf(lanes: Partial<Plan["lanes"]>, other: Partial<Plan> = {}): Plan {
  const { min = 1, max = min, spare = 0 } = lanes;
  const plan = { place: "thread", connections: 1, total: 100, perAddress: 0 } as const;
  return { ...plan, sharing: "shared", ...other, lanes: { min, max, spare } };
}

/** A supervisor of fake lanes, which stops at the end. */
export function superviseFakes(
  given: Partial<SupervisionSettings> = {},
  { log, records } = recordingLog(),
) {
  const lanes = new FakeLanes();
  const settings = { ...UNLIMITED, threadIdleTimeout: Infinity, ...given };
  const full: boolean[] = [];
  const queue: { length: number | null } = { length: 0 };
  const { place, scoreboard } = lanes;
  const onFull = (isFull: boolean) => void full.push(isFull);
  const supervisor = new Supervisor({
    ...{ place, scoreboard, log, settings, onFull },
    onTakeOver: ignore,
    clientsWaiting: () => queue.length,
  });
  return {
    ...{ lanes, supervisor, full, queue, records },
    start(plan: Plan) {
      const started = supervisor.start(
        supervisor.nextGeneration(),
        plan,
        makeOrder({}),
        settings,
      );
      // It fails if the test ends first.
      started.catch(ignore);
      return started;
    },
    states: () => supervisor.lanes.map(({ number, state }) => `${number} ${state}`),
    async [Symbol.asyncDispose]() {
      supervisor.kill();
      await supervisor.stop();
    },
  };
}
