/** Which of the sockets that the server was started with stands for which address of its settings. */
import { type Address, expandLocalhost, familyOf, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { usualIp } from "../base/ip.ts";
import {
  cannotTakeOver,
  type Inheritance,
  type InheritedSocket,
  type SocketHolder,
} from "../core/inherited_sockets.ts";
import { type TakenSocket, takeSocket } from "../core/taken_socket.ts";
import type { Loaded } from "../settings/load.ts";

/** The name of a socket that stands for `--admin`. */
const ADMIN = "admin";

/** The sockets that a server was started with. */
export interface Inherited {
  readonly from: SocketHolder;
  /** Those that lanes accept from. */
  readonly lanes: readonly TakenSocket[];
  /** Those of the admin port: `localhost` has two. */
  readonly admin: readonly TakenSocket[];
  /** The socket that stands for an address of the lanes; null if that is to be bound. */
  of(address: Address): TakenSocket | null;
}

/**
 * Puts the addresses of inherited sockets into settings: without `--bind`, `--host` and
 * `--port`, the server listens on all of them but the admin port's, and a socket that the
 * service manager calls "admin" is the admin port.
 */
export function withInheritance(loaded: Loaded, inheritance: Inheritance | null): Loaded {
  if (inheritance === null) return loaded;
  const { settings, sources } = loaded;
  const named = inheritance.sockets.find(({ name }) => name === ADMIN);
  const admin = named?.address ?? settings.admin;
  const detail = `the sockets of the ${inheritance.from}`;
  const source = { from: "default", detail } as const;
  const isFree = (["bind", "host", "port"] as const).every((key) =>
    sources[key].from === "default"
  );
  const bind = inheritance.sockets
    .map(({ address }) => address)
    .filter((address) => admin === null || !isMeant(admin, address));
  const isServed = isFree && inheritance.from === "service manager" && bind.length > 0;
  return {
    ...loaded,
    settings: Object.freeze({ ...settings, admin, ...isServed ? { bind } : {} }),
    sources: Object.freeze({
      ...sources,
      ...named === undefined ? {} : { admin: source },
      ...isServed ? { bind: source } : {},
    }),
  };
}

/**
 * Takes over inherited sockets for the life of the process.
 *
 * @param addresses Those of the settings, for the lanes.
 * @param admin That of the admin port.
 * @throws {ExitError} 78 naming a socket that stands for none of the addresses; 70 like
 * {@linkcode takeSocket}.
 */
export function takeOver(
  { from, sockets }: Inheritance,
  addresses: readonly Address[],
  admin: Address | null,
): Inherited {
  const wanted = addresses.flatMap(expandLocalhost);
  const rest = sockets.filter(({ address }) => admin === null || !isMeant(admin, address));
  // The parent lets go of them when the server stops.
  const isKept = from !== "parent";
  const isInOrder = from === "parent" && rest.length === wanted.length;
  const standsFor = new Map<string, TakenSocket>();
  const taken = new Map<InheritedSocket, TakenSocket>();
  rest.forEach((socket, i) => {
    const inOrder = isInOrder ? wanted[i] : undefined;
    const address = inOrder !== undefined && mayBe(inOrder, socket.address)
      ? inOrder
      : wanted.find((one) => isMeant(one, socket.address));
    if (address === undefined) throw unused(socket, from, wanted);
    // A Unix socket knows the name that it was bound with, before it got its own.
    const one = takeSocket(
      address.transport === "unix" ? { ...socket, address } : socket,
      isKept,
    );
    taken.set(socket, one);
    standsFor.set(keyOf(address), one).set(keyOf(socket.address), one);
  });
  return {
    from,
    lanes: [...taken.values()],
    admin: sockets.filter((socket) => !rest.includes(socket)).map((socket) =>
      takeSocket(socket, isKept)
    ),
    of: (address) => standsFor.get(keyOf(address)) ?? null,
  };
}

/** The number of the sockets that a server was started with. */
export function socketsOf({ lanes, admin }: Inherited): number {
  return lanes.length + admin.length;
}

/** Whether a socket is at an address of the settings. */
function isMeant(wanted: Address, socket: Address): boolean {
  return expandLocalhost(wanted).some((one) => keyOf(one) === keyOf(socket));
}

/** Whether the system may have made the address of a socket of one of the settings: found the name, chosen the port. */
function mayBe(wanted: Address, socket: Address): boolean {
  if (wanted.transport === "unix" && socket.transport === "unix") {
    return isMeant(wanted, socket) || socket.path.startsWith(`${wanted.path}.`);
  }
  if (wanted.transport === "unix" || socket.transport === "unix") return false;
  const isHost = familyOf(wanted.hostname) === null ||
    usualIp(wanted.hostname) === usualIp(socket.hostname);
  return isHost && (wanted.port === 0 || wanted.port === socket.port);
}

/** The same for all ways to write an address. */
function keyOf(address: Address): string {
  if (address.transport === "unix") return formatAddress(address);
  return formatAddress({ ...address, hostname: usualIp(address.hostname.toLowerCase()) });
}

function unused(
  { address, name }: InheritedSocket,
  from: SocketHolder,
  wanted: readonly Address[],
): ExitError {
  const what = name === "unknown" ? "" : `, called "${name}",`;
  const expected = from === "parent"
    ? "a new start of the parent after a change of its addresses"
    : "one of them, or neither --bind nor --host nor --port";
  return new ExitError(
    `${cannotTakeOver(from)}: nothing is served on "${formatAddress(address)}"${what} but on ` +
      `${wanted.map(formatAddress).join(", ")}, expected ${expected}`,
    EXIT.config,
  );
}
