import { countsOf } from "../lane/counts.ts";
import type { Server } from "../server/server.ts";
import type { SupervisedLane } from "../supervision/supervised_lane.ts";
import type { LaneStatus, Status } from "./status.ts";

/**
 * Reads the status of a server, again and again. Each reader has its own
 * baseline for `busy`, so that readers with different intervals do not disturb
 * each other.
 */
export class StatusReader {
  readonly #server: Server;
  /** The processor time of each lane, in milliseconds, at the time of the last reading. */
  readonly #baseline = new WeakMap<SupervisedLane, { busy: number; time: number }>();

  constructor(server: Server) {
    this.#server = server;
  }

  read(): Status {
    const { supervisor, mode, service, started, failedReload } = this.#server;
    const { totals, generation, lanes, hungThreads } = supervisor;
    return {
      time: new Date().toISOString(),
      mode,
      service,
      pid: Deno.pid,
      uptime_s: Math.round((performance.now() - started) / 100) / 10,
      generation,
      failed_generation: failedReload,
      lanes: [...lanes, ...hungThreads].map((lane) => this.#laneStatus(lane)),
      totals: {
        ...totals.with(this.#server.scoreboard),
        crashed: totals.crashed,
        hung: totals.hung,
        recycled: totals.recycled,
      },
    };
  }

  #laneStatus(lane: SupervisedLane): LaneStatus {
    return {
      lane: lane.number,
      place: lane.generation.plan.place,
      state: lane.state,
      generation: lane.generation.number,
      pid: lane.handle.pid,
      ...countsOf(lane.row),
      heartbeat_age_ms: Math.round(lane.heartbeat.age),
      busy: this.#busyShare(lane),
    };
  }

  #busyShare(lane: SupervisedLane): number {
    const now = { busy: lane.row.get("busy"), time: performance.now() };
    const before = this.#baseline.get(lane) ?? { busy: 0, time: now.time - 1000 };
    this.#baseline.set(lane, now);
    const share = (now.busy - before.busy) / Math.max(1, now.time - before.time);
    return Math.round(Math.min(1, Math.max(0, share)) * 100) / 100;
  }
}
