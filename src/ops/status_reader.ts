import { countsOf } from "../lane/counts.ts";
import type { Server } from "../server/server.ts";
import type { SupervisedLane } from "../supervision/supervised_lane.ts";
import type { LaneStatus, Status } from "./status.ts";
import { readUpstreams } from "./upstream_reader.ts";

/**
 * Reads the status of a server, repeatedly. Each reader has its own baseline for
 * `busy`, so that readers with different intervals do not affect each other.
 */
export class StatusReader {
  readonly #server: Server;
  /** The CPU time of each lane in milliseconds, as of the last reading. */
  readonly #busy = new WeakMap<SupervisedLane, number>();
  /** When the last reading was, by the monotonic clock. */
  #lastReading = performance.now();

  constructor(server: Server) {
    this.#server = server;
    // Otherwise a late reader would count all their earlier CPU time as recent.
    for (const lane of server.supervisor.lanes) this.#busy.set(lane, lane.row.get("busy"));
  }

  /** Reads the status. `busy` is the average since the last reading, or since construction. */
  read(): Status {
    const now = performance.now();
    const elapsed = Math.max(1, now - this.#lastReading);
    this.#lastReading = now;
    const { supervisor, mode, service, started, failedReload } = this.#server;
    const { totals, generation, lanes, hungThreads, stuckThreads } = supervisor;
    return {
      time: new Date().toISOString(),
      mode,
      service,
      pid: Deno.pid,
      uptime_s: Math.round((performance.now() - started) / 100) / 10,
      generation,
      failed_generation: failedReload,
      lanes: [...lanes, ...hungThreads, ...stuckThreads].map((lane) =>
        this.#laneStatus(lane, elapsed)
      ),
      totals: {
        ...totals.with(this.#server.scoreboard),
        crashed: totals.crashed,
        hung: totals.hung,
        recycled: totals.recycled,
      },
      upstreams: readUpstreams(this.#server.balancing),
    };
  }

  #laneStatus(lane: SupervisedLane, elapsed: number): LaneStatus {
    return {
      lane: lane.number,
      place: lane.generation.plan.place,
      state: lane.state,
      generation: lane.generation.number,
      pid: lane.handle.pid,
      ...countsOf(lane.row),
      heartbeat_age_ms: Math.round(lane.heartbeat.age),
      busy: this.#busyShare(lane, elapsed),
    };
  }

  #busyShare(lane: SupervisedLane, elapsed: number): number {
    const busy = lane.row.get("busy");
    // An unknown lane has started since the last reading.
    const share = (busy - (this.#busy.get(lane) ?? 0)) / elapsed;
    this.#busy.set(lane, busy);
    return Math.round(Math.min(1, Math.max(0, share)) * 100) / 100;
  }
}
