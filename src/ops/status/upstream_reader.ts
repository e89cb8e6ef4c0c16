import { formatAddress } from "../../base/address.ts";
import { clock } from "../../base/clock.ts";
import type { Backends } from "../../lane/backends.ts";
import type { Balancing } from "../../server/balancing.ts";
import type { UpstreamGroup } from "../../settings/balancer.ts";
import type { BackendFacts } from "../../upstream/backend_facts.ts";
import type { TargetStatus } from "../../upstream/health/checker.ts";
import { targetKey } from "../../upstream/health/target.ts";
import type { BackendStatus, UpstreamStatus } from "./upstream_status.ts";

/** Reads the status of all groups of backends. */
export function readUpstreams({ keeper, backends }: Balancing): UpstreamStatus[] {
  if (keeper === null || backends === null) return [];
  const health = keeper.health();
  const { numbers } = keeper;
  const now = clock();
  return keeper.groups().map(({ settings, facts }) => {
    const list = facts.map((one) => {
      const key = targetKey({ address: one.address, health: settings.health });
      const drainReason = keeper.drainReasonOf(one);
      return backendStatus(one, drainReason, health.get(key) ?? null, backends, now);
    });
    const inFlight = backends.board.inFlight(numbers[settings.name] ?? 0);
    return groupStatus(settings, list, inFlight);
  });
}

function groupStatus(
  { name, balance }: UpstreamGroup,
  backends: readonly BackendStatus[],
  inFlight: number,
): UpstreamStatus {
  const sum = (of: (one: BackendStatus) => number) =>
    backends.reduce((total, one) => total + of(one), 0);
  return {
    name,
    balance,
    backends,
    totals: {
      backends: backends.length,
      available: sum((one) => one.state === "up" && one.ejected_until === null ? 1 : 0),
      in_flight: inFlight,
      connects: sum((one) => one.connects),
      failures: sum((one) => one.failures),
    },
  };
}

function backendStatus(
  facts: BackendFacts,
  drainReason: string | null,
  health: TargetStatus | null,
  backends: Backends,
  now: number,
): BackendStatus {
  // None if the board had no room for it.
  const row = backends.find(facts);
  const ejectedUntil = row === null ? 0 : backends.board.timeOf(row.ejectedUntil);
  const latency = row?.latency(now) ?? 0;
  return {
    address: formatAddress(facts.address),
    // A backend on the list is not free.
    state: facts.state === "free" ? "up" : facts.state,
    reason: drainReason ?? health?.verdict.reason ?? null,
    since: health === null ? null : timeText(health.verdict.since),
    weight: facts.weight,
    backup: facts.isBackup,
    max: facts.max,
    in_flight: row?.inFlight ?? 0,
    connects: row?.connects ?? 0,
    failures: row?.failures ?? 0,
    ejected_until: ejectedUntil > now ? timeText(ejectedUntil) : null,
    latency_ms: latency === 0 ? null : rounded(latency),
    last_check: lastCheck(health),
  };
}

function lastCheck(health: TargetStatus | null): BackendStatus["last_check"] {
  if (health === null || health.last === null) return null;
  const { last, duration } = health;
  return {
    result: last.kind,
    reason: last.kind === "ok" ? null : last.reason,
    duration_ms: rounded(duration ?? 0),
  };
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
