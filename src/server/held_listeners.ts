import { type Address, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { listen, type Listener } from "../core/listener.ts";
import { setUserTimeout } from "../core/user_timeout.ts";
import type { Plan } from "../modes/mode.ts";

/** Listening sockets that the main thread keeps open for the life of the server, without accepting. */
export interface HeldListeners {
  /** The addresses for the lanes. */
  readonly addresses: readonly Address[];
  /** Sets the user timeout of the sockets that threads share, in milliseconds; costs nothing if it stays. */
  setUserTimeout(timeout: number): void;
  /** Closes the main thread's listeners; lanes keep theirs. */
  close(): void;
}

/**
 * Makes sure that the lanes of a plan can listen, even after all of them have
 * died, by holding the shared sockets open without accepting on them.
 *
 * @throws {ExitError} Like {@linkcode listen}, if an address cannot be bound; 70 if
 * this runtime does not share sockets between threads.
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
        // Each process opens its own socket. Holding one here would make the kernel queue clients
        // on it; without an exclusive bind first, the port could belong to another server.
        const only = await hold(address, "own");
        wanted.push(only.address);
        only.close();
      }
    }
  } catch (error) {
    close();
    throw error;
  }
  const sharedPorts = held.map(({ address }) => address).flatMap((address) =>
    address.transport === "tcp" && plan.sharing === "shared" ? [address.port] : []
  );
  let userTimeout: number | null = null;
  return {
    addresses: wanted,
    setUserTimeout(timeout) {
      if (timeout === userTimeout) return;
      userTimeout = timeout;
      for (const port of sharedPorts) setUserTimeout(port, timeout);
    },
    close,
  };
}

function isSame(one: Address, other: Address): boolean {
  return formatAddress(one) === formatAddress(other);
}

function cannotShare(address: Address): ExitError {
  return new ExitError(
    `Cannot share "${formatAddress(address)}" between threads: ` +
      "this version of the runtime opened two sockets, expected one",
    EXIT.software,
  );
}
