import { formatAddress } from "../base/address.ts";
import type { Backends } from "../lane/backends.ts";
import type { Logger } from "../log/logger.ts";
import type { Report } from "../upstream/health/checked.ts";
import type { KeeperEvents } from "../upstream/keeper.ts";

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

function listed(addresses: readonly string[]): string {
  const more = addresses.length - MAX_LISTED;
  const list = addresses.slice(0, MAX_LISTED).join(", ");
  return more > 0 ? `${list} and ${more} more` : list;
}
