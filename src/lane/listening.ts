import type { Address } from "../base/address.ts";
import type { Acceptor } from "../core/acceptor.ts";
import type { ForeignSockets } from "../core/foreign_sockets.ts";
import { listen, type Listener, type ListenOptions } from "../core/listener.ts";
import { listeningSockets } from "../core/listening_sockets.ts";
import { type ReuseportFilter, setReuseportFilter } from "../core/reuseport_filter.ts";
import { setUserTimeout } from "../core/user_timeout.ts";
import { type MakeAcceptors, Relief } from "./relief.ts";
import type { WiringOptions } from "./wiring.ts";

/** The part of an order that says where a lane listens, and how. */
type ListeningOptions = ListenOptions & Pick<WiringOptions, "addresses" | "writeTimeout">;

/** The listening sockets of a lane, and what accepts from them. */
export class Listening {
  /** The bound addresses. */
  readonly addresses: readonly Address[];
  /** The file descriptors of the sockets, if the process has them to itself. */
  readonly sockets: readonly number[];
  readonly #listeners: readonly Listener[];
  readonly #isReusing: boolean;
  /** Null unless the lane may have to accept for other processes. */
  #relief: Relief | null = null;
  #accepting: readonly (Acceptor | Relief)[] = [];

  /**
   * Binds all addresses, or none.
   *
   * @param giveUp Aborts if the lane is no longer wanted.
   * @throws {ExitError} See {@linkcode listen}.
   */
  static async bind(options: ListeningOptions, giveUp?: AbortSignal): Promise<Listening> {
    const listeners: Listener[] = [];
    try {
      for (const address of options.addresses) {
        giveUp?.throwIfAborted();
        listeners.push(await listen(address, options));
      }
      giveUp?.throwIfAborted();
    } catch (error) {
      for (const listener of listeners) listener.close();
      throw error;
    }
    return new Listening(listeners, options);
  }

  private constructor(listeners: readonly Listener[], options: ListeningOptions) {
    this.addresses = listeners.map(({ address }) => address);
    this.#listeners = listeners;
    this.#isReusing = options.sharing === "reusePort";
    // The main thread sees to those that threads share.
    const own = options.sharing === "shared" ? [] : listeners.filter((one) => !one.isHeldOutside);
    const sockets = listeningSockets(
      own.flatMap(({ address }) => address.transport === "tcp" ? [address.port] : []),
    );
    const inherited = options.sharing === "shared" ? [] : options.inherited ?? [];
    setUserTimeout(
      [...sockets, ...inherited.map(({ descriptor }) => descriptor)],
      options.writeTimeout,
    );
    this.sockets = this.#isReusing ? sockets : [];
  }

  /** Accepts clients; resolves when that has ended for good. */
  async accept(makeAcceptors: MakeAcceptors): Promise<void> {
    const acceptors = makeAcceptors(this.#listeners);
    const [address] = this.addresses;
    if (this.#isReusing && address !== undefined) {
      this.#relief = new Relief(address, makeAcceptors);
    }
    this.#accepting = this.#relief === null ? acceptors : [...acceptors, this.#relief];
    await Promise.all(this.#accepting.map((one) => one.run()));
  }

  /** See {@linkcode Listener.takeOver}. */
  takeOver(): void {
    for (const listener of this.#listeners) listener.takeOver();
  }

  /** Accepts what the kernel has queued, then closes the sockets. */
  async stopAccepting(): Promise<void> {
    await Promise.all(this.#accepting.map((one) => one.stopAccepting()));
  }

  /** Leaves new clients to other lanes. */
  async retire(): Promise<void> {
    await Promise.all(this.#accepting.map((one) => one.retire()));
  }

  /** Closes the sockets. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
  }

  /** Sets the reuseport filter of all sockets; false if that fails. */
  setReuseportFilter(filter: ReuseportFilter | null): boolean {
    return setReuseportFilter(this.sockets, filter);
  }

  /** Accepts the clients of another process, which is blocked; false if that fails. */
  async relieve(sockets: ForeignSockets): Promise<boolean> {
    return await this.#relief?.begin(sockets) ?? false;
  }

  /** Leaves its clients to the other process again or, if that is gone, to all others. */
  async endRelief(pid: number, isGone: boolean): Promise<void> {
    await this.#relief?.end(pid, isGone);
  }
}
