/**
 * Accepts from a listening socket that this process has inherited. The runtime has no API for
 * that: it opens a socket of its own, which dup3(2) then replaces by the inherited one. From
 * there on, the runtime accepts from that as from any other, at no further cost.
 */
import { type Address, formatAddress } from "../base/address.ts";
import { type Library, openLibrary } from "../base/c_library.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { SOCK_CLOEXEC } from "../base/socket_numbers.ts";
import { firstLine } from "../base/system_errors.ts";
import { type InheritedSocket, setCloseOnExec } from "./inherited_sockets.ts";
import { listeningDescriptors } from "./listening_sockets.ts";
import { addInterest, interestsIn } from "./unwatched_sockets.ts";

/** An inherited socket that threads of this process can accept from: plain data. */
export interface TakenSocket extends Pick<InheritedSocket, "descriptor" | "address"> {
  /** The host by which the runtime gives out handles of it, on port 0; null of a Unix socket. */
  readonly key: string | null;
  /** Whether its holder keeps it when this server stops, and with it the clients that wait. */
  readonly isKept: boolean;
}

/** What the runtime has for a socket that was taken, by the descriptor of that. */
const taken = new Map<number, Deno.Listener>();

const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

const UNREADABLE = "cannot find sockets in /proc/self, expected to read it, with --allow-read";

/**
 * Makes an inherited socket one that all threads of this process can accept from, for as long
 * as the process lives.
 *
 * @param isKept See {@linkcode TakenSocket}.
 * @throws {ExitError} 70 if the runtime or the system does not allow it.
 */
export function takeSocket(
  { descriptor, address }: Omit<InheritedSocket, "name">,
  isKept: boolean,
): TakenSocket {
  using library = openLibrary();
  if (library === null) throw cannotTake(address, "cannot call the C library");
  setCloseOnExec(library, descriptor, true);
  // The runtime waits for clients by epoll(7), never in accept(2).
  const flags = library.fcntl(descriptor, F_GETFL, 0);
  library.fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  if (address.transport === "unix") return { descriptor, address, key: null, isKept };
  const key = keyOf(descriptor);
  const draft = openDraft(address, () => openShared(key));
  const { hostname, port } = draft.addr;
  const drafts = listeningDescriptors({ transport: "tcp", hostname, port });
  if (drafts.length === 0) throw cannotTake(address, UNREADABLE);
  // The one that stays open for further handles, and this one.
  for (const one of drafts) library.dup3(descriptor, one, SOCK_CLOEXEC);
  const socket = { descriptor, address, key, isKept };
  openTaken(socket).close();
  taken.set(descriptor, draft);
  return socket;
}

/**
 * Closes what this process has of a socket besides its listeners, so that it is closed with the
 * last of them; unless the holder keeps it, so that this would make no difference.
 */
export function releaseSocket({ descriptor, isKept }: TakenSocket): void {
  if (isKept) return;
  taken.get(descriptor)?.close();
  taken.delete(descriptor);
  using library = openLibrary();
  library?.close(descriptor);
}

/**
 * Opens a listener of a taken socket on this thread.
 *
 * @throws {ExitError} 70 if the runtime does not give one.
 */
export function openTaken(
  { descriptor, address, key }: Pick<TakenSocket, "descriptor" | "address" | "key">,
): Deno.TcpListener | Deno.UnixListener {
  if (key === null) return openUnix(descriptor, address);
  const listener = openDraft(address, () => openShared(key));
  if (listener.addr.hostname !== key) return listener;
  listener.close();
  throw cannotTake(address, "this version of the runtime opened another socket, expected this one");
}

/** An address that nobody else asks for: the runtime shares a socket among those who ask alike. */
function keyOf(descriptor: number): string {
  return `127.83.${descriptor >> 8 & 0xff}.${descriptor & 0xff}`;
}

function openShared(hostname: string): Deno.TcpListener {
  // See listener.ts for how threads share a socket. Nobody may queue on the draft.
  const options = { hostname, port: 0, tcpBacklog: 1, loadBalanced: true };
  return Deno.listen(options);
}

/** Lets the runtime of this thread accept from the socket in place of one in the abstract namespace. */
function openUnix(descriptor: number, address: Address): Deno.UnixListener {
  const name = crypto.randomUUID();
  const listener = openDraft(
    address,
    () => Deno.listen({ transport: "unix", path: `\0${name}` }),
  );
  using library = openLibrary();
  const [draft] = listeningDescriptors({ transport: "unix", path: `@${name}` });
  const isReplaced = library !== null && draft !== undefined &&
    replaceWatched(library, draft, descriptor);
  if (isReplaced) return listener;
  listener.close();
  throw cannotTake(address, UNREADABLE);
}

/** Replaces a descriptor, and has the runtime watch it as before: the old socket is gone from its epoll. */
function replaceWatched(library: Library, draft: number, descriptor: number): boolean {
  const [interest] = interestsIn([draft]);
  if (interest === undefined) return false;
  library.dup3(descriptor, draft, SOCK_CLOEXEC);
  return addInterest(library, interest);
}

function openDraft<T>(address: Address, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw cannotTake(address, `cannot open a socket to replace, ${firstLine(error)}`, error);
  }
}

function cannotTake(address: Address, why: string, cause?: unknown): ExitError {
  return new ExitError(
    `Cannot accept from the inherited socket "${formatAddress(address)}": ${why}`,
    EXIT.software,
    { cause },
  );
}
