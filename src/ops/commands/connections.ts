/** Listing and closing the open connections of all lanes. */
import { printable } from "../../base/printable.ts";
import { later } from "../../base/timers.ts";
import type { FoundConnection } from "../../core/open_connections.ts";
import type { Server } from "../../server/server.ts";
import type { SupervisedLane } from "../../supervision/supervised_lane.ts";
import type {
  CommandResult,
  ConnectionFilter,
  ConnectionList,
  ConnectionStatus,
} from "../admin/command.ts";

/** How long lanes may take to answer, in milliseconds: one that is blocked does not. */
const PATIENCE = 500;
/** The most connections to list, whatever is asked for. */
const MAX_LISTED = 1000;

/** What has lanes with connections. */
export interface LanesOfServer {
  readonly supervisor: Pick<Server["supervisor"], "lanes" | "hungThreads">;
}

/**
 * Lists open connections that match a filter: the oldest, at most `limit` of them. Takes half a
 * second if a lane is blocked.
 */
export async function listConnections(
  server: LanesOfServer,
  filter: ConnectionFilter,
  limit: number,
): Promise<ConnectionList> {
  const { peer = null, phase = null, min_age_s = 0 } = filter;
  const wanted = { peer, phase, minAge: min_age_s * 1000 };
  const most = Math.min(limit, MAX_LISTED);
  const lanes = lanesOf(server).filter(({ number }) =>
    filter.lane === undefined || number === filter.lane
  );
  const answers = await inTime(lanes.map(({ handle }) => handle.findConnections(wanted, most)));
  const silent: number[] = [];
  const listed: ConnectionStatus[] = [];
  let total = 0;
  lanes.forEach(({ number }, index) => {
    const found = answers[index] ?? null;
    if (found === null) return silent.push(number);
    total += found.total;
    for (const one of found.connections) listed.push(statusOf(one, number));
  });
  listed.sort((a, b) => b.age_s - a.age_s);
  const alive = new Set(lanesOf(server).map(({ number }) => number));
  return {
    total,
    connections: listed.slice(0, most),
    // The others have ended meanwhile, with all their connections.
    silent_lanes: silent.filter((number) => alive.has(number)),
  };
}

/**
 * Closes an open connection at once, and has the log say that an operator did.
 *
 * @param id As in the list.
 */
export async function closeConnection(server: LanesOfServer, id: string): Promise<CommandResult> {
  const [, laneText, numberText] = /^(\d{1,9})-(\d{1,15})$/.exec(id) ?? [];
  if (laneText === undefined || numberText === undefined) {
    const message = `Cannot close a connection: found the id "${printable(id, 40)}", ` +
      "expected one like 0-12";
    return { ok: false, reason: "invalid", message };
  }
  const lane = lanesOf(server).find(({ number }) => number === Number(laneText));
  if (lane === undefined) return missing(id);
  const [done = null] = await inTime([lane.handle.closeConnection(Number(numberText))]);
  if (done !== null) return done ? { ok: true, value: {} } : missing(id);
  if (!lanesOf(server).includes(lane)) return missing(id);
  const why = lane.isHung ? "hangs" : "does not answer, and may close it later";
  const message = `Cannot close connection ${id}: worker ${lane.number} ${why}`;
  return { ok: false, reason: "failed", message };
}

function missing(id: string): CommandResult {
  return { ok: false, reason: "missing", message: `Cannot close connection ${id}: it is not open` };
}

/** Hung threads included: their clients are still connected. One that has not accepted yet has none. */
function lanesOf({ supervisor }: LanesOfServer): SupervisedLane[] {
  return [...supervisor.lanes.filter((lane) => !lane.isStarting), ...supervisor.hungThreads];
}

/** Waits for answers; null for each that does not come in time. */
async function inTime<Answer>(
  answers: readonly Promise<Answer | null>[],
): Promise<(Answer | null)[]> {
  const late = Promise.withResolvers<null>();
  const stop = later(PATIENCE, () => late.resolve(null));
  const found = await Promise.all(answers.map((answer) => Promise.race([answer, late.promise])));
  stop();
  return found;
}

function statusOf(found: FoundConnection, lane: number): ConnectionStatus {
  const { number, peer, phase, request, requests, upstream } = found;
  return {
    id: `${lane}-${number}`,
    lane,
    peer,
    age_s: seconds(found.age),
    phase,
    // The clock of phases ticks less often than that of ages.
    phase_s: seconds(Math.min(found.phaseAge, found.age)),
    bytes_in: found.bytesIn,
    bytes_out: found.bytesOut,
    requests,
    request,
    upstream,
  };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}
