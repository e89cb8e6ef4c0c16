import type { Scoreboard } from "../scoreboard.ts";
import type { Settings } from "../settings/options.ts";
import type { LaneStatus, Status } from "../status.ts";
import type { Supervisor } from "../supervisor.ts";
import type { TendedLane } from "./tended_lane.ts";
import { countsOf } from "./totals.ts";

/** Takes the status of a server, time after time. */
export class StatusTaker {
  /** The last reload, when it failed. */
  failed: Status["failed_generation"] = null;
  readonly #supervisor: Supervisor;
  readonly #scoreboard: Scoreboard;
  readonly #settings: Settings;
  readonly #started = performance.now();
  /** The processor time of each lane as of the status before, and when that was. */
  readonly #before = new WeakMap<TendedLane, { busy: number; time: number }>();

  constructor(supervisor: Supervisor, scoreboard: Scoreboard, settings: Settings) {
    this.#supervisor = supervisor;
    this.#scoreboard = scoreboard;
    this.#settings = settings;
  }

  take(): Status {
    const { totals, generation, lanes, leftBehind } = this.#supervisor;
    return {
      time: new Date().toISOString(),
      mode: this.#settings.mode,
      service: this.#settings.handler ?? this.#settings.service,
      pid: Deno.pid,
      uptime_s: Math.round((performance.now() - this.#started) / 100) / 10,
      generation,
      failed_generation: this.failed,
      lanes: [...lanes, ...leftBehind].map((lane) => this.#laneStatus(lane)),
      totals: {
        ...totals.with(this.#scoreboard),
        crashed: totals.crashed,
        hung: totals.hung,
        recycled: totals.recycled,
      },
    };
  }

  #laneStatus(lane: TendedLane): LaneStatus {
    return {
      lane: lane.number,
      place: lane.generation.plan.place,
      state: lane.state,
      generation: lane.generation.number,
      pid: lane.handle.pid,
      ...countsOf(lane.row),
      heartbeat_age_ms: Math.round(lane.pulse.age),
      busy: this.#busyShare(lane),
    };
  }

  #busyShare(lane: TendedLane): number {
    const now = { busy: lane.row.get("busy"), time: performance.now() };
    const before = this.#before.get(lane) ?? { busy: 0, time: now.time - 1000 };
    this.#before.set(lane, now);
    const share = (now.busy - before.busy) / Math.max(1, now.time - before.time);
    return Math.round(Math.min(1, Math.max(0, share)) * 100) / 100;
  }
}
