import type { Address } from "../base/address.ts";
import { openLibrary } from "../base/c_library.ts";
import type { Acceptor } from "../core/acceptor.ts";
import { adopt, type AdoptedListener } from "../core/adopted_listener.ts";
import { copyDescriptors, type ForeignSockets } from "../core/foreign_sockets.ts";
import type { Listener } from "../core/listener.ts";

/** Makes an acceptor for each listener. */
export type MakeAcceptors = (listeners: readonly Listener[]) => readonly Acceptor[];

/** The copies of a process's sockets, and what accepts from them. */
interface Relieved {
  readonly listeners: readonly AdoptedListener[];
  readonly acceptors: readonly Acceptor[];
}

/** Accepts the clients of other processes of the server while those are blocked. */
export class Relief {
  readonly #address: Address;
  readonly #makeAcceptors: MakeAcceptors;
  /** By the id of the relieved process. */
  readonly #relieved = new Map<number, Relieved>();
  readonly #running = new Set<Promise<void>>();
  readonly #over = Promise.withResolvers<void>();
  #isOver = false;

  /** @param address One of the lane, on which the other processes listen, too. */
  constructor(address: Address, makeAcceptors: MakeAcceptors) {
    this.#address = address;
    this.#makeAcceptors = makeAcceptors;
  }

  /**
   * Accepts from the sockets of another process until {@linkcode end}.
   *
   * @returns Whether that worked.
   */
  async begin(sockets: ForeignSockets): Promise<boolean> {
    const listeners = await this.#adopt(sockets);
    if (listeners === null) return false;
    if (this.#isOver) {
      for (const listener of listeners) listener.close();
      return false;
    }
    await this.end(sockets.pid, false);
    const acceptors = this.#makeAcceptors(listeners);
    this.#relieved.set(sockets.pid, { listeners, acceptors });
    for (const acceptor of acceptors) {
      const run = acceptor.run().then(() => void this.#running.delete(run));
      this.#running.add(run);
    }
    return true;
  }

  /**
   * Accepts the clients that still wait, and leaves the rest to the process itself or, if
   * that is gone, to all others.
   */
  async end(pid: number, isGone: boolean): Promise<void> {
    const relieved = this.#relieved.get(pid);
    if (relieved === undefined) return;
    this.#relieved.delete(pid);
    if (isGone) await Promise.all(relieved.listeners.map((listener) => listener.settle()));
    await Promise.all(relieved.acceptors.map((acceptor) => acceptor.stopAccepting()));
  }

  /** Runs until {@linkcode stopAccepting} ends it. */
  async run(): Promise<void> {
    await this.#over.promise;
    await Promise.all(this.#running);
  }

  /** The same as {@linkcode stopAccepting}: the process that it relieves does not accept. */
  retire(): Promise<void> {
    return this.stopAccepting();
  }

  /** Ends all relief. */
  async stopAccepting(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#relieved.keys()].map((pid) => this.end(pid, false)));
    this.#over.resolve();
  }

  /** Adopts all sockets of another process, or none. */
  async #adopt(sockets: ForeignSockets): Promise<readonly AdoptedListener[] | null> {
    using library = openLibrary();
    const copies = library && copyDescriptors(library, sockets);
    if (copies === null) return null;
    const adopted = await Promise.all(copies.map((copy) => adopt(copy, this.#address)));
    const listeners = adopted.filter((listener) => listener !== null);
    if (listeners.length === copies.length) return listeners;
    for (const listener of listeners) listener.close();
    return null;
  }
}
