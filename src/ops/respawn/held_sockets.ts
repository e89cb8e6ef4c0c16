/** The listening sockets that the parent of `--respawn` holds open, and never accepts from. */
import type { Address } from "../../base/address.ts";
import { openLibrary } from "../../base/c_library.ts";
import { linkOf } from "../../base/descriptor_facts.ts";
import { listen, type ListenOptions, removeSocketFile } from "../../core/listener.ts";
import { isListening } from "../../core/listening_sockets.ts";
import { stopWatching } from "../../core/unwatched_sockets.ts";
import { type HeldAddress, holdAddress } from "../../server/hold_address.ts";

/** How the sockets are opened. */
export type HoldOptions = Pick<ListenOptions, "backlog" | "unixMode">;

/** Sockets for servers that come and go. */
export interface HeldSockets extends Disposable {
  /** Their file descriptors, in the order of the addresses. */
  readonly descriptors: readonly number[];
  /** Closes them: those of a server that has them, too, stay open until it closes them. Idempotent. */
  close(): void;
}

/**
 * Binds addresses for servers that inherit the sockets.
 *
 * @throws {ExitError} Like {@linkcode listen}.
 */
export async function holdSockets(
  addresses: readonly Address[],
  options: HoldOptions,
): Promise<HeldSockets> {
  const held: HeldAddress[] = [];
  const descriptors = new Map<HeldAddress, number>();
  const close = () => held.forEach((one) => one.close());
  const hold = async (address: Address) => {
    const before = openSockets();
    const listener = await listen(address, { sharing: "own", takeOver: false, ...options });
    const one = {
      wanted: address,
      bound: listener.address,
      close: () => listener.close(),
    };
    // The runtime does not tell the descriptor, and may have opened other sockets meanwhile.
    using library = openLibrary();
    const added = [...openSockets()].filter(([name, link]) => before.get(name) !== link)
      .map(([name]) => Number(name));
    const found = added.find((descriptor) => library !== null && isListening(library, descriptor));
    descriptors.set(one, found ?? -1);
    return one;
  };
  try {
    for (const address of addresses) held.push(...await holdAddress(address, hold));
  } catch (error) {
    close();
    throw error;
  }
  const found = held.map((one) => descriptors.get(one) ?? -1);
  stopWatching(found);
  let isOpen = true;
  const closeOnce = () => {
    if (isOpen) close();
    isOpen = false;
  };
  return {
    descriptors: found,
    close: closeOnce,
    /** Closes them, and removes the files of Unix sockets. */
    [Symbol.dispose]() {
      closeOnce();
      addresses.forEach(removeSocketFile);
    },
  };
}

/** The sockets among the descriptors of this process, each with its link, which names the socket. */
function openSockets(): ReadonlyMap<string, string> {
  const sockets = new Map<string, string>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const link = linkOf(name);
    if (link?.startsWith("socket:")) sockets.set(name, link);
  }
  return sockets;
}
