/** Who is at the addresses of a service. */
import { type Address, formatAddress } from "../../base/address.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import { sleep } from "../../base/timers.ts";
import { within } from "../../base/within.ts";
import { openSocket } from "../../core/open_socket.ts";
import type { Service } from "./service.ts";

/** Milliseconds between attempts to connect, and for one. */
const PAUSE = 50;
const PATIENCE = 1000;
/** Milliseconds that a connection must last: a server that ends as it loads its handler resets it. */
const HOLD = 1000;

/**
 * Refuses addresses that another program listens on: the service could not start.
 *
 * @param held The addresses that the service has itself, as it is installed now.
 * @throws {ExitError} 69 if one is in use.
 */
export function refuseTaken({ name, addresses }: Service, held: readonly string[]): void {
  for (const address of addresses) {
    if (address.transport === "unix" || held.includes(formatAddress(address))) continue;
    try {
      Deno.listen({ hostname: address.hostname, port: address.port }).close();
    } catch (error) {
      // Of anything else, the user of the service knows more than this one.
      if (!(error instanceof Deno.errors.AddrInUse)) continue;
      throw new ExitError(
        `Cannot install "${name}": found another program on ${formatAddress(address)}, expected ` +
          "a free address, end that program or choose another --port",
        EXIT.unavailable,
      );
    }
  }
}

/**
 * Waits until a service serves connections at one of its addresses.
 *
 * @param limit Milliseconds.
 * @throws {ExitError} 69 if it does not.
 */
export async function awaitService(addresses: readonly Address[], limit: number): Promise<void> {
  const end = performance.now() + limit;
  while (performance.now() < end) {
    for (const address of addresses) if (await serves(address)) return;
    await sleep(PAUSE);
  }
  throw new ExitError(
    `Cannot connect to ${addresses.map(formatAddress).join(", ")} after ${limit / 1000}s: ` +
      "expected the service to serve there",
    EXIT.unavailable,
  );
}

async function serves(address: Address): Promise<boolean> {
  const late = new Error("Nothing has come");
  try {
    using conn = await openSocket(address, AbortSignal.timeout(PATIENCE));
    await within(HOLD, conn.read(new Uint8Array(1)), () => late);
    return true;
  } catch (error) {
    return error === late;
  }
}
