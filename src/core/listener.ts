import { type Address, formatAddress } from "../base/address.ts";
import { firstLine, isDenied } from "../base/system_errors.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import type { Socket } from "./socket.ts";
import { openTaken, type TakenSocket } from "./taken_socket.ts";

/** A bound, listening socket. Iterating it accepts. */
export interface Listener extends AsyncIterable<Socket> {
  /** The bound address, with the actual port instead of 0. */
  readonly address: Address;
  /** Whether others accept from the same queue, so that closing resets no client. */
  readonly isShared: boolean;
  /** Whether somebody outside of the server holds the socket as well, and its queue with it. */
  readonly isHeldOutside: boolean;
  /**
   * Gives a Unix socket that listens with `takeOver` its name, which replaces the socket
   * that has it; only then can clients find it. Has no effect on other listeners.
   *
   * @throws {ExitError} 73 if that fails.
   */
  takeOver(): void;
  /** Stops listening; clients that nobody else can accept are reset. Idempotent. */
  close(): void;
}

/**
 * How lanes share an address: threads accept from one socket; processes have a
 * socket each, and the system chooses one for each client.
 */
export type Sharing = "shared" | "reusePort";

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /**
   * `own` opens a socket for this listener alone; `shared` joins the socket that
   * other threads of this process have at the same address; `reusePort` adds a
   * socket to those of other processes (SO_REUSEPORT, socket(7)).
   */
  readonly sharing: "own" | Sharing;
  /** Whether a Unix socket is to replace one that this server listens on, at {@linkcode Listener.takeOver}. */
  readonly takeOver: boolean;
  /** Length of the kernel's accept queue; the system caps it (net.core.somaxconn). */
  readonly backlog: number;
  /** Permission bits of a Unix socket's file; null leaves them to the umask. */
  readonly unixMode: number | null;
  /** Sockets that the process has taken over: these are not bound again. */
  readonly inherited?: readonly TakenSocket[];
}

/**
 * Binds an address.
 *
 * @throws {ExitError} 69 if the address is in use or not on this machine, 73 if a
 * Unix socket cannot be created, 77 if the system or the runtime denies permission.
 */
export async function listen(address: Address, options: ListenOptions): Promise<Listener> {
  const inherited = inheritedOf(address, options);
  if (inherited !== null) return listenTaken(inherited);
  if (address.transport === "unix") return await listenUnix(address.path, options);
  let listener: Deno.TcpListener;
  const { hostname: host, port: wanted } = address;
  const { backlog: tcpBacklog, sharing } = options;
  // `loadBalanced` is how `deno serve --parallel` shares a socket among threads.
  // It is not documented, and not in the type declarations.
  const how = { reusePort: sharing === "reusePort", loadBalanced: sharing === "shared" };
  try {
    listener = Deno.listen({ hostname: host, port: wanted, tcpBacklog, ...how });
  } catch (error) {
    throw cannotBind(address, error);
  }
  const { hostname, port } = listener.addr;
  return withAddress(listener, { transport: "tcp", hostname, port }, sharing === "shared");
}

/** The socket that the process has inherited for an address; null if there is none. */
function inheritedOf(address: Address, { inherited = [] }: ListenOptions): TakenSocket | null {
  const name = inherited.length === 0 ? "" : formatAddress(address);
  return inherited.find((one) => formatAddress(one.address) === name) ?? null;
}

function listenTaken(socket: TakenSocket): Listener {
  const listener = openTaken(socket);
  return { ...withAddress(listener, socket.address, true), isHeldOutside: socket.isKept };
}

async function listenUnix(path: string, options: ListenOptions): Promise<Listener> {
  const address: Address = { transport: "unix", path };
  // Bind under a temporary name, then rename: on close the runtime removes only the
  // name that it bound, and a rename replaces another socket without a gap. Nobody can
  // foresee the name and keep it taken.
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  if (!options.takeOver) await removeStaleSocket(address);
  let listener: Deno.UnixListener;
  try {
    listener = Deno.listen({ transport: "unix", path: draft });
  } catch (error) {
    throw cannotBind(address, error);
  }
  try {
    // Connecting takes write permission, which the umask has withheld from others.
    // From here on they may get it.
    if (options.unixMode !== null) Deno.chmodSync(draft, options.unixMode);
    if (!options.takeOver) {
      Deno.linkSync(draft, path);
      Deno.removeSync(draft);
    }
  } catch (error) {
    listener.close();
    const isTaken = error instanceof Deno.errors.AlreadyExists;
    throw cannotBind(address, isTaken ? new Deno.errors.AddrInUse() : error);
  }
  return {
    ...withAddress(listener, address, false),
    [Symbol.asyncIterator]: () => namedSockets(listener, address),
    takeOver() {
      if (!options.takeOver) return;
      try {
        Deno.renameSync(draft, path);
      } catch (error) {
        throw cannotBind(address, error);
      }
    },
  };
}

/** Removes the file of a Unix socket, if it is still there. */
export function removeSocketFile(address: Address): void {
  if (address.transport !== "unix") return;
  try {
    Deno.removeSync(address.path);
  } catch { // Someone else removed it.
  }
}

/**
 * Removes the socket file that a killed server has left behind, but only if it is
 * a socket (not a link to one) and nothing listens on it.
 */
async function removeStaleSocket(address: Address & { transport: "unix" }): Promise<void> {
  const name = formatAddress(address);
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(address.path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw cannotBind(address, error);
  }
  if (!info.isSocket) {
    throw new ExitError(
      `Cannot bind "${name}": the file exists and is not a socket, choose another path`,
      EXIT.cannotCreate,
    );
  }
  try {
    (await Deno.connect({ transport: "unix", path: address.path })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw cannotBind(address, error);
    Deno.removeSync(address.path);
    return;
  }
  throw cannotBind(address, new Deno.errors.AddrInUse());
}

/** Accepts sockets whose own address is the name of the listener, not the one that was bound. */
function namedSockets(
  listener: Deno.UnixListener,
  localAddr: Deno.UnixAddr,
): AsyncIterator<Socket> {
  const sockets = listener[Symbol.asyncIterator]();
  return {
    async next() {
      const result = await sockets.next();
      if (result.done !== true) {
        Object.defineProperty(result.value, "localAddr", { value: localAddr });
      }
      return result;
    },
  };
}

function withAddress(listener: Deno.Listener, address: Address, isShared: boolean): Listener {
  let isOpen = true;
  return {
    address,
    isShared,
    isHeldOutside: false,
    takeOver() {},
    close: () => {
      if (isOpen) listener.close();
      isOpen = false;
    },
    [Symbol.asyncIterator]: () => listener[Symbol.asyncIterator](),
  };
}

/** The error for an address that cannot be bound, with that of the system as its cause. */
export function cannotBind(address: Address, error: unknown): ExitError {
  const prefix = `Cannot bind "${formatAddress(address)}"`;
  const option = address.transport === "tcp" ? "--port" : "path";
  if (error instanceof Deno.errors.AddrInUse) {
    const advice = `${prefix}: address in use, choose another ${option}`;
    return new ExitError(advice, EXIT.unavailable, { cause: error });
  }
  if (isDenied(error)) {
    const advice = error instanceof Deno.errors.NotCapable
      ? "the runtime refuses it, allow it with --allow-net, --allow-read and --allow-write"
      : "permission denied, choose a port above 1023 or a path that you may write";
    return new ExitError(`${prefix}: ${advice}`, EXIT.noPermission, { cause: error });
  }
  const code = address.transport === "tcp" ? EXIT.unavailable : EXIT.cannotCreate;
  return new ExitError(`${prefix}: ${firstLine(error)}`, code, { cause: error });
}
