/** Draining backends, and giving them other weights. */
import { formatAddress, parseAddress } from "../../base/address.ts";
import { printable } from "../../base/printable.ts";
import type { Server } from "../../server/server.ts";
import { MAX_WEIGHT } from "../../settings/member.ts";
import type { BackendFacts } from "../../upstream/backend_facts.ts";
import type { Command, CommandResult } from "../admin/command.ts";

/** The most names that a message lists. */
const MAX_LISTED = 10;

/** What to do with a backend; at least one of `state` and `weight` is there. */
export type BackendWish = Omit<Extract<Command, { kind: "backend" }>, "kind">;

/** What balances. */
export type BalancingServer = Pick<Server, "balancing">;

/**
 * Has a backend drained, or no longer, or used with another weight, whatever the settings say.
 * That outlives reloads, and ends when the group loses the backend, or the server restarts.
 * `ready` makes no backend up that its checks say is down.
 */
export function setBackend({ balancing }: BalancingServer, wish: BackendWish): CommandResult {
  const { keeper } = balancing;
  const fault = faultOf(wish);
  if (fault !== null) return invalid(fault);
  const groups = keeper?.groups() ?? [];
  const group = groups.find(({ settings }) => settings.name === wish.group);
  if (keeper === null || group === undefined) {
    return missing(`no group ${quoted(wish.group)}`, groups.map(({ settings }) => settings.name));
  }
  const facts = find(group.facts, wish.address);
  if (facts === null) {
    const addresses = group.facts.map(({ address }) => formatAddress(address));
    return missing(`no backend ${quoted(wish.address)} in ${wish.group}`, addresses);
  }
  keeper.override(wish.group, facts.address, wish);
  if (wish.state === "ready" && keeper.drainReasonOf(facts) === "drained by its settings") {
    return invalid(`found ${wish.address} drained by its settings, expected a weight as well`);
  }
  return { ok: true, value: {} };
}

/** What is wrong with a wish; null if nothing is. */
function faultOf({ state, weight }: BackendWish): string | null {
  if (state === undefined && weight === undefined) {
    return "found nothing to change, expected a state or a weight";
  }
  if (state !== undefined && state !== "drain" && state !== "ready") {
    return "found another state, expected drain or ready";
  }
  if (weight === undefined || weight === null) return null;
  if (Number.isInteger(weight) && weight >= 0 && weight <= MAX_WEIGHT) return null;
  return `found the weight ${weight}, expected a whole number from 0 to ${MAX_WEIGHT}`;
}

function find(backends: readonly BackendFacts[], text: string): BackendFacts | null {
  const address = parseAddress(text);
  const name = address === null ? text : formatAddress(address);
  return backends.find((one) => formatAddress(one.address) === name) ?? null;
}

function invalid(what: string): CommandResult {
  return { ok: false, reason: "invalid", message: `Cannot set a backend: ${what}` };
}

function missing(what: string, there: readonly string[]): CommandResult {
  const more = there.length - MAX_LISTED;
  const list = there.slice(0, MAX_LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const expected = there.length === 0 ? "and there are no others" : `expected one of ${list}`;
  return {
    ok: false,
    reason: "missing",
    message: `Cannot set a backend: found ${what}, ${expected}`,
  };
}

function quoted(text: string): string {
  return `"${printable(text, 100)}"`;
}
