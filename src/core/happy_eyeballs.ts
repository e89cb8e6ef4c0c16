/**
 * Happy Eyeballs, version 2 (RFC 8305): connects to whichever of a name's addresses answers
 * first. One that is dead or silent costs nothing or a quarter of a second, not a timeout.
 */
import { familyOf, isLocalhost } from "../base/address.ts";
import { isGranted } from "../base/permissions.ts";
import { later } from "../base/timers.ts";

/** Time from one attempt to the next, unless it fails before, in milliseconds (section 8). */
const ATTEMPT_DELAY = 250;
/** How long IPv4 addresses that are found first wait for those of IPv6, in milliseconds (section 8). */
const RESOLUTION_DELAY = 50;
/**
 * How long name servers have until the system looks for the name in its own way, in
 * milliseconds: it may know other places, such as the names of a local network. It
 * does so at once if the runtime allows connections to certain names only.
 */
const SYSTEM_DELAY = 1000;

/** Opens a connection to an IP address, or to a name as the system knows it. */
export type Open = (hostname: string, signal: AbortSignal) => Promise<Deno.TcpConn>;

/**
 * Connects to a name.
 *
 * @throws {AggregateError} If all addresses fail: with the error of each.
 * @throws The reason of `signal`, if it aborts first.
 */
export async function connectToName(
  name: string,
  open: Open,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const race = new Race(open);
  const onAbort = () => race.abort(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    void lookUp(name, race);
    return await race.result;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Lets the addresses of a name enter a race, as soon as they are found. Never rejects. */
async function lookUp(name: string, race: Race): Promise<void> {
  if (isLocalhost(name)) { // No server is asked for it (RFC 6761, section 6.3).
    race.add(["::1", "127.0.0.1"]);
  } else if (isGranted({ name: "net" })) {
    await askServers(name, race);
  }
  if (race.isEmpty) race.add([name]);
  // What a server answers later still enters, unless all others have failed by then.
  race.close();
}

async function askServers(name: string, race: Race): Promise<void> {
  const six = addressesOf(name, "AAAA", race.over).then((found) => race.add(found));
  const four = addressesOf(name, "A", race.over).then(async (found) => {
    if (found.length > 0) await settledWithin(RESOLUTION_DELAY, six);
    race.add(found);
  });
  await settledWithin(SYSTEM_DELAY, Promise.all([six, four]));
}

/** The addresses of a family; none if they cannot be found. */
async function addressesOf(name: string, type: "A" | "AAAA", signal: AbortSignal) {
  try {
    return await Deno.resolveDns(name, type, { signal });
  } catch { // The other family may be found, or the system knows the name from elsewhere.
    return [];
  }
}

/** Waits until a promise is settled, but not longer than so many milliseconds. */
async function settledWithin(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const stop = later(milliseconds, resolve);
  await Promise.race([promise, over]);
  stop();
}

/** Attempts to connect to some addresses, of which the first to succeed wins. */
export class Race {
  readonly #open: Open;
  readonly #result = Promise.withResolvers<Deno.TcpConn>();
  readonly #over = new AbortController();
  /** Addresses that no attempt has been made for. */
  readonly #untried: { readonly 4: string[]; readonly 6: string[] } = { 4: [], 6: [] };
  readonly #errors: unknown[] = [];
  #isEmpty = true;
  #isClosed = false;
  /** The family of the next attempt, if it has addresses: they take turns (section 4). */
  #family: 4 | 6 = 6;
  #pending = 0;
  /** Stops the timer of the next attempt; null if that need not wait. */
  #stopTimer: (() => void) | null = null;

  constructor(open: Open) {
    this.#open = open;
  }

  /** The connection. Rejects with an {@linkcode AggregateError} of why each address failed. */
  get result(): Promise<Deno.TcpConn> {
    return this.#result.promise;
  }

  /** Aborts when the race is over, however it ends. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether nothing has been added yet. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Adds IP addresses, in the order in which to try those of a family; a name counts as IPv4. */
  add(hostnames: readonly string[]): void {
    this.#isEmpty &&= hostnames.length === 0;
    for (const hostname of hostnames) this.#untried[familyOf(hostname) ?? 4].push(hostname);
    if (this.#stopTimer === null) this.#tryNext();
  }

  /** There are no more addresses to come. */
  close(): void {
    this.#isClosed = true;
    this.#endIfLost();
  }

  abort(reason: unknown): void {
    this.#result.reject(reason);
    this.#end();
  }

  #tryNext(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    const hostname = this.#take();
    if (hostname === undefined || this.over.aborted) return;
    this.#pending++;
    this.#stopTimer = later(ATTEMPT_DELAY, () => this.#tryNext());
    this.#open(hostname, this.over).then(
      (socket) => this.#win(socket),
      (error) => this.#fail(error),
    );
  }

  #take(): string | undefined {
    const family = this.#family;
    const other = family === 6 ? 4 : 6;
    const isLeft = this.#untried[family].length > 0;
    this.#family = isLeft ? other : family;
    return this.#untried[isLeft ? family : other].shift();
  }

  #win(socket: Deno.TcpConn): void {
    if (this.over.aborted) return socket.close();
    this.#result.resolve(socket);
    this.#end();
  }

  #fail(error: unknown): void {
    if (this.over.aborted) return;
    this.#pending--;
    this.#errors.push(error);
    this.#tryNext();
    this.#endIfLost();
  }

  #endIfLost(): void {
    if (!this.#isClosed || this.#pending > 0 || this.over.aborted) return;
    this.#result.reject(new AggregateError(this.#errors, "No address can be reached"));
    this.#end();
  }

  #end(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    this.#over.abort();
  }
}
