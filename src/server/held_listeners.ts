import { listen, type Listener } from "../core/listener.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import type { Plan } from "../modes/mode.ts";
import { type Address, formatAddress } from "../base/address.ts";

/** What the main thread holds of the addresses, for as long as the server lives. */
export interface HeldListeners {
  /** What lanes are to listen on. */
  readonly addresses: readonly Address[];
  /** Lets go; lanes that still listen go on. */
  close(): void;
}

/**
 * Makes sure that the lanes of a plan can listen, and goes on being able to when
 * all of them are gone: holds the shared sockets open, without accepting.
 *
 * @throws {ExitError} As {@linkcode listen} if an address cannot be bound; 70 if
 * this runtime does not share.
 */
export async function holdListeners(
  addresses: readonly Address[],
  plan: Plan,
  backlog: number,
): Promise<HeldListeners> {
  const held: Listener[] = [];
  const hold = async (address: Address, sharing: "shared" | "own") => {
    const listener = await listen(address, { sharing, takeOver: false, backlog, unixMode: null });
    held.push(listener);
    return listener;
  };
  const close = () => held.forEach((listener) => listener.close());
  const wanted: Address[] = [];
  try {
    for (const address of addresses) {
      if (address.transport === "unix") {
        wanted.push(address);
      } else if (plan.sharing === "shared") {
        const [first, second] = [await hold(address, "shared"), await hold(address, "shared")];
        if (!isSame(first.address, second.address)) throw cannotShare(address);
        second.close();
        wanted.push(address);
      } else {
        // Each process opens a socket of its own. Were one held here, the system would
        // queue clients on it; and without a try alone, the port could be another server's.
        const only = await hold(address, "own");
        wanted.push(only.address);
        only.close();
      }
    }
  } catch (error) {
    close();
    throw error;
  }
  return { addresses: wanted, close };
}

function isSame(one: Address, other: Address): boolean {
  return formatAddress(one) === formatAddress(other);
}

function cannotShare(address: Address): ExitError {
  return new ExitError(
    `Cannot share "${formatAddress(address)}" among threads: ` +
      "this version of the runtime opens two sockets, expected one",
    EXIT.software,
  );
}
