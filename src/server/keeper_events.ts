import { formatAddress } from "../base/address.ts";
import type { Backends } from "../lane/backends.ts";
import type { Logger } from "../log/logger.ts";
import type { Report } from "../upstream/health/checked.ts";
import type { KeeperEvents } from "../upstream/keeper.ts";
import type { DrainReason } from "../upstream/override.ts";

const BECAME = { up: "Backend up", down: "Backend down", draining: "Backend drains" } as const;

/** The most addresses that a record lists. */
const MAX_LISTED = 20;

/** Writes what a keeper tells to the boards and to the log. */
export function keeperEvents(backends: Backends, log: Logger): KeeperEvents {
  return {
    onFacts(changes) {
      try {
        backends.apply(changes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        log.error("Cannot use all backends: the board has no room for one", { error });
      }
    },
    onBackends: (group, added, removed) =>
      log.info("Backends changed", {
        "sluice.upstream.group": group,
        ...added.length > 0 ? { "sluice.upstream.added": listed(added) } : {},
        ...removed.length > 0 ? { "sluice.upstream.removed": listed(removed) } : {},
      }),
    onHealth(groups, { address }, report) {
      const { state, reason } = report.verdict;
      const attributes = {
        "sluice.upstream.group": groups.join(", "),
        "sluice.upstream.address": formatAddress(address),
        "sluice.upstream.state": state,
        ...reason === null ? {} : { "sluice.upstream.reason": reason },
        ...report.kind === "flapping" ? { "sluice.upstream.changes": report.changes } : {},
      };
      if (state === "up") log.info(messageOf(report), attributes);
      else log.warn(messageOf(report), attributes);
    },
    onOverride: (group, weight, facts, reason) =>
      log.info(overrideMessage(weight, reason), {
        "sluice.upstream.group": group,
        "sluice.upstream.address": formatAddress(facts.address),
        "sluice.upstream.state": facts.state,
        "sluice.upstream.weight": facts.weight,
        ...reason === null ? {} : { "sluice.upstream.reason": reason },
      }),
    onProblem: (group, text) => log.warn(text, { "sluice.upstream.group": group }),
    onRecovery: (group, text) => log.info(text, { "sluice.upstream.group": group }),
  };
}

function messageOf({ kind, verdict }: Report): string {
  if (kind === "flapping") return "Backend flaps: its health keeps changing";
  return kind === "settled"
    ? `${BECAME[verdict.state]}, and no longer flaps`
    : BECAME[verdict.state];
}

function overrideMessage(weight: number | null, reason: DrainReason | null): string {
  if (reason !== null) return BECAME.draining;
  return weight === null
    ? "Backend follows its settings and checks again"
    : "Backend weight set by an operator";
}

function listed(addresses: readonly string[]): string {
  const more = addresses.length - MAX_LISTED;
  const list = addresses.slice(0, MAX_LISTED).join(", ");
  return more > 0 ? `${list} and ${more} more` : list;
}
