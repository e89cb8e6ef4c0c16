import { type Address, formatAddress } from "../../base/address.ts";
import type { ActiveCheck, HealthSettings } from "./settings.ts";

/** What is to be checked. */
export interface Target {
  readonly address: Address;
  readonly health: HealthSettings;
}

/** A target that is checked at all. */
export interface CheckedTarget extends Target {
  readonly health: HealthSettings & { readonly check: ActiveCheck };
}

/** Whether a target is checked at all. */
export function isChecked(target: Target): target is CheckedTarget {
  return target.health.check.kind !== "none";
}

/** Where a check connects: a socket file has no other port. */
export function checkedAddress({ address, health: { port } }: CheckedTarget): Address {
  return address.transport === "tcp" && port !== null ? { ...address, port } : address;
}

/**
 * What the health of a target belongs to: its address together with the check, its port and the header
 * before it. Neither the group nor the interval is a part of it, so that it survives a reload that
 * changes those.
 */
export function targetKey({ address, health: { check, port, sendProxy } }: Target): string {
  return `${formatAddress(address)} ${port ?? ""} ${sendProxy} ${JSON.stringify(check)}`;
}
