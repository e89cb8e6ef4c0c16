import { clock } from "../../base/clock.ts";
import { VERSION } from "../../base/version.ts";
import { countsOf } from "../../lane/counts.ts";
import type { Row } from "../../lane/row.ts";
import type { Scoreboard } from "../../lane/scoreboard.ts";
import { LONGEST_INTERVAL } from "../../supervision/heartbeat.ts";
import { BusyShares } from "./busy_shares.ts";
import type { LaneFacts, ServerFacts } from "./server_facts.ts";
import { processFigures } from "./process_figures.ts";
import type { SaturationFacts } from "./saturation.ts";
import { SmoothSaturation } from "./smooth_saturation.ts";
import type { LaneStatus, Status, TotalsStatus } from "./status.ts";
import { TotalsReader } from "./totals_reader.ts";

/** A lane, before its saturation is known. */
type MeasuredLane = Omit<LaneStatus, "saturation">;

/**
 * Reads the status of a server, repeatedly: its counts from the scoreboard, the rest from the
 * facts, which may be older. Each reader has its own baseline for `busy` and `latency`, so that
 * readers with different intervals do not affect each other.
 */
export class StatusReader {
  readonly #scoreboard: Scoreboard;
  readonly #totals: TotalsReader;
  readonly #busy: BusyShares;
  readonly #saturation = new SmoothSaturation();
  /** When the last reading was, by the monotonic clock. */
  #lastReading = performance.now();

  /** @param facts Of now: a late reader would count earlier CPU time as recent. */
  constructor(scoreboard: Scoreboard, facts: ServerFacts) {
    this.#scoreboard = scoreboard;
    this.#totals = new TotalsReader(scoreboard, facts);
    this.#busy = new BusyShares(scoreboard, facts.lanes);
  }

  /** Reads the status. `busy` and `latency` are those since the last reading, or since construction. */
  read(facts: ServerFacts): Status {
    const now = performance.now();
    const elapsed = Math.max(1, now - this.#lastReading);
    this.#lastReading = now;
    const {
      started,
      lanes: lanesFacts,
      gone: _gone,
      ended: _ended,
      processors: _processors,
      fullestQueue: _fullestQueue,
      saturationWait: _saturationWait,
      ...rest
    } = facts;
    this.#busy.update(this.#scoreboard, lanesFacts);
    const lanes = lanesFacts.map((lane) => this.#laneStatus(lane)).filter((lane) => lane !== null);
    const totals = this.#totals.read(facts);
    this.#saturation.update(saturationFacts(facts, totals), lanes, elapsed);
    return {
      time: new Date().toISOString(),
      version: VERSION,
      ...rest,
      started: new Date(started).toISOString(),
      uptime_s: Math.round((clock() - started) / 100) / 10,
      saturation: this.#saturation.server,
      lanes: lanes.map((lane) => this.#withSaturation(lane)),
      totals,
      latency: this.#totals.latency,
      process: processFigures(),
    };
  }

  #withSaturation(lane: MeasuredLane): LaneStatus {
    // Rounded for readers only: hundreds of threads use a thousandth of a processor each.
    const busy = Math.round(lane.busy * 100) / 100;
    return { ...lane, busy, saturation: this.#saturation.of(lane.lane) };
  }

  /** Null if the lane is gone, and its row another's by now. */
  #laneStatus(lane: LaneFacts): MeasuredLane | null {
    const row = this.#scoreboard.row(lane.row);
    const age = Math.max(0, Math.round(clock() - row.get("heartbeat")));
    const status = {
      lane: lane.number,
      place: lane.place,
      state: row.state,
      generation: lane.generation,
      pid: lane.pid,
      ...countsOf(row),
      heartbeat_age_ms: age,
      busy: this.#busy.of(lane.number),
      cpu_s: row.get("busy") / 1000,
      memory: row.get("memory"),
      loop_delay_ms: Math.round(Math.max(row.get("loopDelay"), age - LONGEST_INTERVAL)),
      wait_ms: Math.round(row.wait * 1000) / 1000,
      max_connections: lane.maxConnections,
      current: currentOf(lane, row),
    };
    return row.lane === lane.number ? status : null;
  }
}

function saturationFacts(
  { limits, processors, fullestQueue, saturationWait }: ServerFacts,
  { open }: TotalsStatus,
): SaturationFacts {
  return {
    open,
    capacity: limits.connections,
    maxLanes: limits.max_lanes,
    processors,
    fullestQueue,
    waitBound: saturationWait,
  };
}

function currentOf({ number }: LaneFacts, row: Row): LaneStatus["current"] {
  if (row.current === 0) return null;
  return { connection: `${number}-${row.current}`, peer: row.currentPeer };
}
