/** What a server knows of itself, for the report of its crash. */
import { VERSION } from "../../base/version.ts";
import type { RecentRecord } from "../../log/recent_records.ts";
import type { ConnectionList } from "../admin/command.ts";
import type { ConfigView } from "../admin/config_view.ts";
import type { Status } from "../status/status.ts";
import type { Scene, Serving } from "./report.ts";

/** How many records of the log, and of how many characters altogether. */
const MOST_RECORDS = 30;
const RECORDS_LENGTH = 64 * 1024;
/** More lanes than this are not listed. */
const MOST_LANES = 128;

/** The settings that differ from their defaults. */
export function changedOptions({ settings }: ConfigView): Scene["options"] {
  const changed: Scene["options"] = {};
  for (const [name, { value, source }] of Object.entries(settings)) {
    if (/^default\b/.test(source)) continue;
    changed[name] = typeof value === "object" && value !== null ? [...value] : value;
  }
  return changed;
}

/** What is known before the server serves. */
export function firstScene(
  { mode, service, options }: Pick<Scene, "mode" | "service" | "options">,
): Scene {
  const now = new Date().toISOString();
  return {
    time: now,
    version: VERSION,
    runtime: `Deno ${Deno.version.deno}`,
    mode,
    service,
    pid: Deno.pid,
    started: now,
    state: "starting",
    addresses: [],
    options,
    totals: { open: 0, accepted: 0, requests: 0, crashed: 0, hung: 0 },
    saturation: 0,
    memory: 0,
    cpu_s: 0,
    lanes: [],
    serving: null,
    records: [],
  };
}

/** The parts of a scene that a status tells. */
export function statusScene(
  status: Status,
): Omit<Scene, "runtime" | "options" | "serving" | "records"> {
  const { time, version, mode, service, pid, started, state, addresses, totals, lanes } = status;
  const { open, accepted, requests, crashed, hung } = totals;
  return {
    ...{ time, version, mode, service, pid, started, state },
    addresses: [...addresses],
    totals: { open, accepted, requests, crashed, hung },
    saturation: status.saturation.value,
    memory: status.process.memory,
    cpu_s: status.process.cpu_s,
    lanes: lanes.slice(0, MOST_LANES).map((lane) => ({
      lane: lane.lane,
      place: lane.place,
      state: lane.state,
      generation: lane.generation,
      pid: lane.pid,
      open: lane.open,
      accepted: lane.accepted,
      requests: lane.requests,
      busy: lane.busy,
      memory: lane.memory,
      heartbeat_age_ms: lane.heartbeat_age_ms,
      loop_delay_ms: lane.loop_delay_ms,
      current: lane.current,
    })),
  };
}

/** What is being served, without the queries of requests: they may hold secrets. */
export function servingOf({ total, connections, silent_lanes }: ConnectionList): Serving {
  return {
    time: new Date().toISOString(),
    open: total,
    connections: connections.map((one) => ({
      id: one.id,
      lane: one.lane,
      peer: one.peer,
      age_s: one.age_s,
      phase: one.phase,
      requests: one.requests,
      request: one.request === null ? null : withoutQuery(one.request),
      upstream: one.upstream === null ? null : upstreamText(one.upstream),
    })),
    silent_lanes: [...silent_lanes],
  };
}

function withoutQuery(request: string): string {
  const [path = "", query] = request.split("?", 2);
  return query === undefined ? path : `${path}?...`;
}

function upstreamText({ group, address }: { group: string; address: string | null }): string {
  return address === null ? group : `${group}/${address}`;
}

/** The last records of the log that a report has room for, the oldest first. */
export function lastRecords(records: readonly RecentRecord[]): Scene["records"] {
  const kept: Scene["records"] = [];
  let length = 0;
  for (const { time, level, message, attributes } of records.slice(-MOST_RECORDS).reverse()) {
    const record = { time, level, message, attributes: scalars(attributes) };
    length += JSON.stringify(record).length;
    if (length > RECORDS_LENGTH) break;
    kept.unshift(record);
  }
  return kept;
}

function scalars(attributes: RecentRecord["attributes"]): Scene["records"][number]["attributes"] {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "number" || typeof value === "boolean" ? value : String(value),
    ]),
  );
}
