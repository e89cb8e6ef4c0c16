/** Holding one address of the settings, which may stand for several. */
import { type Address, expandLocalhost } from "../base/address.ts";

/** A held address. */
export interface HeldAddress {
  /** The address for the lanes. */
  readonly wanted: Address;
  /** The bound address. */
  readonly bound: Address;
  /** Closes the main thread's listener, if it has one. */
  close(): void;
}

/** Holds one address; throws an error whose cause is that of the system. */
export type Hold = (address: Address) => Promise<HeldAddress>;

/**
 * How often port 0 is tried again if the port that the system chose is taken in the other family,
 * or by somebody else a moment later.
 */
const ATTEMPTS = 20;

/**
 * Holds all addresses that an address stands for, on the same port. A family that this
 * machine does not have is left out, unless it has neither.
 *
 * @throws Like `hold`.
 */
export async function holdAddress(address: Address, hold: Hold): Promise<readonly HeldAddress[]> {
  const expanded = expandLocalhost(address);
  for (let attempt = 1;; attempt++) {
    try {
      return await holdFamilies(expanded, hold);
    } catch (error) {
      const isChosen = address.transport === "tcp" && address.port === 0;
      if (!isChosen || attempt === ATTEMPTS || !isInUse(error)) throw error;
    }
  }
}

async function holdFamilies(addresses: readonly Address[], hold: Hold): Promise<HeldAddress[]> {
  const held: HeldAddress[] = [];
  let missing: unknown = null;
  try {
    for (const address of addresses) {
      try {
        held.push(await hold(onPortOf(held[0], address)));
      } catch (error) {
        if (!isFamilyMissing(error)) throw error;
        missing ??= error;
      }
    }
    if (held.length === 0) throw missing;
    return held;
  } catch (error) {
    held.forEach((one) => one.close());
    throw error;
  }
}

/** The address, on the port of the one that is held if the system chose it. */
function onPortOf(first: HeldAddress | undefined, address: Address): Address {
  const isAnyPort = address.transport === "tcp" && address.port === 0;
  return isAnyPort && first?.bound.transport === "tcp"
    ? { ...address, port: first.bound.port }
    : address;
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Deno.errors.AddrInUse;
}

function isFamilyMissing(error: unknown): boolean {
  return ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(causeOf(error) ?? "");
}

/** The name of the system's error. */
function causeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as { readonly code?: string } | undefined)?.code;
}
