import { type Address, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { AcceptQueues } from "../core/accept_queues.ts";
import { cannotBind, listen, type Listener } from "../core/listener.ts";
import { listeningSockets } from "../core/listening_sockets.ts";
import { ReservedPort } from "../core/reserved_port.ts";
import { stopWatching } from "../core/unwatched_sockets.ts";
import { setUserTimeout } from "../core/user_timeout.ts";
import { ProcessLoads } from "../lane/process_loads.ts";
import type { Plan } from "../modes/mode.ts";
import { type HeldAddress, type Hold, holdAddress } from "./hold_address.ts";
import type { Inherited } from "./inheritance.ts";

/** Listening sockets that the main thread keeps open for the life of the server, without accepting. */
export interface HeldListeners {
  /** The addresses for the lanes. */
  readonly addresses: readonly Address[];
  /** Sets the user timeout of the sockets that threads share, in milliseconds; costs nothing if it stays. */
  setUserTimeout(timeout: number): void;
  /** The number of clients in the accept queues that threads share; null if the system does not tell. */
  clientsWaiting(): number | null;
  /** The file descriptor of the loads of processes that share sockets: the same for all; null if they have none. */
  loads(): number | null;
  /** Closes the main thread's listeners; lanes keep theirs. */
  close(): void;
}

/**
 * Makes sure that the lanes of a plan can listen, even after all of them have
 * died, by holding the shared sockets open without accepting on them. Inherited sockets stand
 * for some of the addresses: they are open as long as the process lives.
 *
 * @throws {ExitError} Like {@linkcode listen}, if an address cannot be bound; 70 if
 * this runtime does not share sockets between threads.
 */
export async function holdListeners(
  addresses: readonly Address[],
  plan: Plan,
  backlog: number,
  inherited: Inherited | null,
): Promise<HeldListeners> {
  const held: HeldAddress[] = [];
  let queues: AcceptQueues | null = null;
  const close = () => {
    held.forEach((one) => one.close());
    queues?.close();
    queues = null;
  };
  const open = holdWith(plan, backlog);
  const hold: Hold = async (address) => {
    const bound = inherited?.of(address)?.address;
    return bound === undefined ? await open(address) : { wanted: bound, bound, close() {} };
  };
  try {
    for (const address of addresses) held.push(...await holdAddress(address, hold));
  } catch (error) {
    close();
    throw error;
  }
  const sharedPorts = held.flatMap(({ bound }) => {
    const isShared = plan.sharing === "shared" && !inherited?.of(bound);
    return bound.transport === "tcp" && isShared ? [bound.port] : [];
  });
  const descriptors = inherited?.lanes.map(({ descriptor }) => descriptor) ?? [];
  queues = AcceptQueues.of(sharedPorts, descriptors);
  stopWatching(listeningSockets(sharedPorts));
  let userTimeout: number | null = null;
  let loads: number | null = null;
  return {
    addresses: held.map(({ wanted }) => wanted),
    setUserTimeout(timeout) {
      if (timeout === userTimeout) return;
      userTimeout = timeout;
      setUserTimeout([...listeningSockets(sharedPorts), ...descriptors], timeout);
    },
    loads: () => loads ??= ProcessLoads.create(),
    clientsWaiting: () => queues?.length ?? null,
    close,
  };
}

/** How the lanes of a plan have their address held. */
function holdWith(plan: Plan, backlog: number): Hold {
  const open = (address: Address, sharing: "shared" | "own") =>
    listen(address, { sharing, takeOver: false, backlog, unixMode: null });
  return async (address) => {
    // A lane on the main thread opens it.
    if (address.transport === "unix") return { wanted: address, bound: address, close() {} };
    if (plan.sharing !== "shared") {
      // Each process opens its own socket. One that listens here would get clients, too.
      return reserve(await open(address, "own"));
    }
    const first = await open(address, "shared");
    try {
      const second = await open(address, "shared");
      second.close();
      if (!isSame(first.address, second.address)) throw cannotShare(address);
    } catch (error) {
      first.close();
      throw error;
    }
    return { wanted: address, bound: first.address, close: () => first.close() };
  };
}

/**
 * Keeps the port of a listener, which nobody else has, for the sockets of the lanes.
 *
 * @throws {ExitError} 69 if somebody else takes it this moment.
 */
function reserve(only: Listener): HeldAddress {
  only.close();
  const bound = only.address;
  if (bound.transport === "unix") return { wanted: bound, bound, close() {} };
  try {
    const reserved = ReservedPort.of(bound);
    return { wanted: bound, bound, close: () => reserved?.[Symbol.dispose]() };
  } catch (error) {
    throw cannotBind(bound, error);
  }
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
