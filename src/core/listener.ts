import { EXIT, ExitError } from "../base/exit.ts";
import { type Address, formatAddress } from "../base/address.ts";
import { isDenied } from "../base/system_errors.ts";

/** A bound, listening socket. Iterating it accepts. */
export interface Listener extends AsyncIterable<Deno.Conn> {
  /** Where it listens; a port of 0 has become the real one. */
  readonly address: Address;
  /** Whether others accept from the same queue, so that closing strands nobody. */
  readonly isShared: boolean;
  /** Stops listening; clients that no one else can accept are reset. Closing twice is closing once. */
  close(): void;
}

/**
 * How the lanes of a server come to one address: threads accept from one
 * socket, processes each have a socket between which the system chooses.
 */
export type Sharing = "shared" | "reusePort";

/** How to listen. */
export interface ListenOptions {
  /**
   * Among whom: `own` is for this listener alone; `shared` joins the socket of
   * the threads of this process that ask for the same address; `reusePort` opens
   * a further socket, between which and those of other processes the system
   * chooses for each client.
   */
  readonly sharing: "own" | Sharing;
  /** Whether a Unix socket may take the place of one that this server listens on. */
  readonly takeOver: boolean;
  /** Clients that may wait in the kernel's queue; the system caps it (net.core.somaxconn). */
  readonly backlog: number;
  /** Permission bits of a unix socket's file; null leaves them to the umask. */
  readonly unixMode: number | null;
}

/**
 * Binds an address.
 *
 * @throws {ExitError} 69 if the address is in use or not this machine's, 73 if
 * a unix socket cannot be created, 77 if the system or the runtime refuses.
 */
export async function listen(address: Address, options: ListenOptions): Promise<Listener> {
  if (address.transport === "unix") return await listenUnix(address.path, options);
  let listener: Deno.TcpListener;
  const { hostname: host, port: wanted } = address;
  const { backlog: tcpBacklog, sharing } = options;
  // `loadBalanced` is how `deno serve --parallel` shares a socket among its
  // threads. The runtime does not document it, so its types do not know it.
  const how = { reusePort: sharing === "reusePort", loadBalanced: sharing === "shared" };
  try {
    listener = Deno.listen({ hostname: host, port: wanted, tcpBacklog, ...how });
  } catch (error) {
    throw cannotBind(address, error);
  }
  const { hostname, port } = listener.addr;
  return withAddress(listener, { transport: "tcp", hostname, port }, sharing === "shared");
}

async function listenUnix(path: string, options: ListenOptions): Promise<Listener> {
  const address: Address = { transport: "unix", path };
  // Born under a name of its own: the runtime removes that name, and no other, when
  // the socket is closed; and a name can take the place of another without a moment
  // in which there is none.
  const born = `${path}.${Deno.pid}.new`;
  if (!options.takeOver) await removeStaleSocket(address);
  let listener: Deno.UnixListener;
  try {
    listener = Deno.listen({ transport: "unix", path: born });
  } catch (error) {
    throw cannotBind(address, error);
  }
  try {
    // The file is born with the umask, which gives others no right to write and so
    // none to connect; only from here on it may open further.
    if (options.unixMode !== null) Deno.chmodSync(born, options.unixMode);
    if (options.takeOver) Deno.renameSync(born, path);
    else {
      Deno.linkSync(born, path);
      Deno.removeSync(born);
    }
  } catch (error) {
    listener.close();
    const isTaken = error instanceof Deno.errors.AlreadyExists;
    throw cannotBind(address, isTaken ? new Deno.errors.AddrInUse() : error);
  }
  return withAddress(listener, address, false);
}

/**
 * A server that was killed leaves its socket file. It is removed only if it is
 * a socket (not a link to one) that nobody answers on.
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

function withAddress(listener: Deno.Listener, address: Address, isShared: boolean): Listener {
  let isOpen = true;
  return {
    address,
    isShared,
    close: () => {
      if (isOpen) listener.close();
      isOpen = false;
    },
    [Symbol.asyncIterator]: () => listener[Symbol.asyncIterator](),
  };
}

function cannotBind(address: Address, error: unknown): ExitError {
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
  const [reason] = String(error instanceof Error ? error.message : error).split("\n");
  const code = address.transport === "tcp" ? EXIT.unavailable : EXIT.cannotCreate;
  return new ExitError(`${prefix}: ${reason}`, code, { cause: error });
}
