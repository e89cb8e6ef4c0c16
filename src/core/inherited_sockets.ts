/**
 * Listening sockets that a process has from the one that started it: a service manager, as in
 * sd_listen_fds(3), or the parent of `--respawn`. They outlive the process, so that clients
 * which connect while no server runs wait for the next one.
 */
import { type Address, formatAddress } from "../base/address.ts";
import { type Library, openLibrary } from "../base/c_library.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { isGranted } from "../base/permissions.ts";
import { SOCK_STREAM, SOL_SOCKET } from "../base/socket_numbers.ts";
import { isListening } from "./listening_sockets.ts";
import { socketAddress } from "./socket_address.ts";

/** Who holds the sockets, for messages. */
export type SocketHolder = "service manager" | "parent";

/** A listening socket that this process was started with. */
export interface InheritedSocket {
  readonly descriptor: number;
  /** Where it listens. */
  readonly address: Address;
  /** The name that the service manager gives it, `unknown` if none. */
  readonly name: string;
}

/** The sockets that this process was started with, in the order of their holder. */
export interface Inheritance {
  readonly from: SocketHolder;
  readonly sockets: readonly InheritedSocket[];
}

/**
 * The variable by which the parent of `--respawn` tells its child of sockets: JSON, an
 * {@linkcode OfParent}. Options have the names that begin with SLUICE_.
 */
export const PARENT_VARIABLE = "_SLUICE_SOCKETS";

/** What the parent of `--respawn` tells its child. */
export interface OfParent {
  /** The id of the parent: a grandchild that inherits the variable does not believe it. */
  readonly parent: number;
  /** The descriptors of its sockets, in the order of the addresses that the settings stand for. */
  readonly sockets: readonly number[];
}

const COUNT = "LISTEN_FDS";
const PROCESS = "LISTEN_PID";
const NAMES = "LISTEN_FDNAMES";
const VARIABLES = [COUNT, PROCESS, NAMES, "LISTEN_PIDFDID", PARENT_VARIABLE];
/** The first descriptor of a service manager. */
const FIRST = 3;
/** The highest process id (/proc/sys/kernel/pid_max); far more descriptors than anyone hands over. */
const MOST = 1 << 22;

const SO_TYPE = 3;
const F_GETFD = 1;
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** Whether the environment says that this process inherits sockets; leaves it as it is. */
export function inheritsSockets(): boolean {
  return claimed() !== null;
}

/**
 * Finds the sockets that this process was started with, and keeps them from its children.
 * Removes the variables that tell of them, so that no child believes these.
 *
 * @returns null if there are none.
 * @throws {ExitError} 78 if the environment is wrong, or names what is no listening stream
 * socket; 77 without permission for FFI; 69 on a system other than Linux.
 */
export function takeInheritedSockets(): Inheritance | null {
  const claim = claimed();
  if (claim === null) return null;
  for (const name of VARIABLES) Deno.env.delete(name);
  if (claim.descriptors.length === 0) return null;
  using library = openLibrary();
  if (library === null) throw cannotUse(claim.from);
  const sockets = claim.descriptors.map((descriptor, i) => {
    const address = check(library, descriptor, claim.from);
    setCloseOnExec(library, descriptor, true);
    return { descriptor, address, name: claim.names[i] || "unknown" };
  });
  return { from: claim.from, sockets };
}

/**
 * Starts a child process that inherits descriptors, under the same numbers. Others that are
 * started meanwhile would inherit them as well, so `start` must not wait for anything.
 */
export function withInherited<T>(descriptors: readonly number[], start: () => T): T {
  using library = descriptors.length === 0 ? null : openLibrary();
  if (library === null) return start();
  for (const descriptor of descriptors) setCloseOnExec(library, descriptor, false);
  try {
    return start();
  } finally {
    for (const descriptor of descriptors) setCloseOnExec(library, descriptor, true);
  }
}

/** Sets whether an exec closes a descriptor. */
export function setCloseOnExec(library: Library, descriptor: number, closes: boolean): void {
  library.fcntl(descriptor, F_SETFD, closes ? FD_CLOEXEC : 0);
}

/** The beginning of a message about the sockets of a holder. */
export function cannotTakeOver(from: SocketHolder): string {
  return `Cannot take over the sockets of the ${from}`;
}

/** What the environment says of this process. */
interface Claim {
  readonly from: SocketHolder;
  readonly descriptors: readonly number[];
  readonly names: readonly string[];
}

function claimed(): Claim | null {
  // Without permission to read it, nothing in it is meant for this process.
  if (!isGranted({ name: "env" })) return null;
  return claimOfParent() ?? claimOfManager();
}

function claimOfParent(): Claim | null {
  const text = Deno.env.get(PARENT_VARIABLE);
  if (text === undefined) return null;
  const told = parseOfParent(text);
  if (told === null) {
    throw wrong("parent", `${PARENT_VARIABLE} is "${text}"`, "a parent and its sockets");
  }
  if (told.parent !== Deno.ppid) return null;
  return { from: "parent", descriptors: told.sockets, names: [] };
}

function parseOfParent(text: string): OfParent | null {
  try {
    const { parent, sockets } = JSON.parse(text);
    const isRight = isDescriptor(parent) && Array.isArray(sockets) && sockets.every(isDescriptor);
    return isRight ? { parent, sockets } : null;
  } catch {
    return null;
  }
}

function isDescriptor(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST;
}

function claimOfManager(): Claim | null {
  const process = Deno.env.get(PROCESS);
  // The variables are meant for another process, which has passed on its environment.
  if (process === undefined) return null;
  if (numberOf(process) === null) {
    throw wrong("service manager", told(PROCESS, process), "the id of a process");
  }
  if (Number(process) !== Deno.pid) return null;
  const text = Deno.env.get(COUNT);
  if (text === undefined) return null;
  const count = numberOf(text);
  if (count === null) throw wrong("service manager", told(COUNT, text), "a number");
  const listed = Deno.env.get(NAMES) ?? "";
  const names = listed === "" ? [] : listed.split(":");
  if (names.length > 0 && names.length !== count) {
    throw wrong("service manager", `${NAMES} has ${names.length} names`, `${count}, as ${COUNT}`);
  }
  const descriptors = Array.from({ length: count }, (_, i) => FIRST + i);
  return { from: "service manager", descriptors, names };
}

function told(name: string, value: string): string {
  return `${name} is "${value}"`;
}

/** A whole number that can count descriptors; null if the text is none. */
function numberOf(text: string): number | null {
  return /^\d{1,10}$/.test(text) && Number(text) <= MOST ? Number(text) : null;
}

/**
 * Makes sure that a descriptor is a listening stream socket.
 *
 * @returns Where it listens.
 */
function check(library: Library, descriptor: number, from: SocketHolder): Address {
  const expected = "a stream socket that listens";
  const found = (what: string) => wrong(from, `file descriptor ${descriptor} is ${what}`, expected);
  if (library.fcntl(descriptor, F_GETFD, 0) < 0) throw found("not open");
  const type = typeOf(library, descriptor);
  if (type === null) throw found("no socket");
  if (type !== SOCK_STREAM) throw found("a datagram socket");
  const address = socketAddress(library, descriptor);
  if (address === null) throw found("a socket of an unknown family");
  if (!isListening(library, descriptor)) {
    throw found(`the socket ${formatAddress(address)}, which does not listen`);
  }
  return address;
}

/** The type of a socket; null if the descriptor is none. */
function typeOf(library: Library, descriptor: number): number | null {
  const value = new Uint8Array(4);
  const length = new Uint8Array(Int32Array.of(value.length).buffer);
  const code = library.getsockopt(descriptor, SOL_SOCKET, SO_TYPE, value, length);
  return code === 0 ? value[0] ?? null : null;
}

function wrong(from: SocketHolder, found: string, expected: string): ExitError {
  return new ExitError(`${cannotTakeOver(from)}: ${found}, expected ${expected}`, EXIT.config);
}

function cannotUse(from: SocketHolder): ExitError {
  if (Deno.build.os !== "linux") {
    return new ExitError(
      `${cannotTakeOver(from)}: found another system, expected Linux`,
      EXIT.unavailable,
    );
  }
  return new ExitError(
    `${cannotTakeOver(from)}: no permission to call the C library, expected --allow-ffi`,
    EXIT.noPermission,
  );
}
