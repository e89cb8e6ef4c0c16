import { thrownError } from "../base/thrown.ts";
import { AcceptQueue } from "./accept_queue.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { Failure } from "./errors.ts";
import type { Emit } from "./event.ts";
import type { Introductions } from "./introductions.ts";
import type { Listener } from "./listener.ts";
import { Refusals, tellPeer } from "./refusals.ts";
import { addressKey, type Lease, Refusal, type ResourceManager } from "./resources.ts";
import type { Service } from "./service.ts";
import type { Socket } from "./socket.ts";

/** The right to wait for a client, passed around by the lanes that share a socket. */
export interface Turn {
  /**
   * Resolves when this lane may wait for a client; null if it may at once.
   *
   * @param rest Called if that takes long.
   */
  acquire(rest: () => void): Promise<void> | null;
  /** Releases the turn after accepting, or on close. */
  release(): void;
}

/** Options of an {@linkcode Acceptor}. */
export interface AcceptorOptions {
  readonly listener: Listener;
  /** Listens again after {@linkcode Acceptor.pause}. */
  readonly reopen: () => Promise<Listener>;
  /** Called when the lane has accepted the last client it has room for. */
  readonly onFull: (by: Acceptor) => void;
  readonly resources: ResourceManager;
  readonly service: Service;
  /** Reads who the client is from each connection's header; null if there are no headers. */
  readonly introductions: Introductions | null;
  /** The lane's open connections. */
  readonly connections: Connections;
  /** Decides when this lane may accept; null if it has the socket to itself. */
  readonly turn: Turn | null;
  /** At the limit: leave clients in the kernel's queue, or refuse them. */
  readonly overload: "wait" | "refuse";
  /** The message to refused clients; null closes without one. */
  readonly refusal: string | null;
  readonly emit: Emit;
}

/** The accept loop of one listener: waits for room, accepts, and serves each connection. */
export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #queue: AcceptQueue;
  readonly #refusals: Refusals;
  #isPaused = false;
  /** Whether it has stopped accepting for good. */
  #isOver = false;
  /** Ends the wait for a turn. */
  #onOver = () => {};
  /** The system wakes each thread that has the socket open for each client. */
  readonly #rest = () => this.pause();

  constructor(options: AcceptorOptions) {
    const { listener, refusal, connections, emit } = options;
    this.#options = options;
    this.#queue = new AcceptQueue(listener, emit);
    this.#refusals = new Refusals(refusal, connections, emit);
  }

  /** Runs until {@linkcode retire} or {@linkcode stopAccepting} ends it. */
  async run(): Promise<void> {
    const { resources, overload, turn } = this.#options;
    for (;;) {
      while (resources.leavesToOthers) await resources.leaseReturned();
      if (overload === "wait" && !resources.hasRoom) await resources.room();
      const waiting = this.#isOver || turn === null ? null : turn.acquire(this.#rest);
      if (waiting !== null) await this.#turn(waiting);
      if (this.#isOver) return turn?.release();
      if (this.#isPaused) await this.#resume();
      const socket = this.#isPaused ? null : await this.#queue.next();
      turn?.release();
      if (socket !== null) await this.#admit(socket);
      else if (!this.#isPaused) return;
    }
  }

  /**
   * Leaves new clients to other lanes until this one has room again. The only
   * way to cancel a pending accept is to close this lane's handle of the socket;
   * other lanes have their own handles.
   */
  pause(): void {
    if (!this.#queue.isShared || this.#isOver) return;
    this.#isPaused = true;
    this.#queue.close();
  }

  /** Leaves queued clients to the lanes that share the queue; if none do, accepts them first. */
  async retire(): Promise<void> {
    if (!this.#queue.isShared) return await this.stopAccepting();
    this.#end();
  }

  /**
   * Accepts the clients that the kernel has queued, then closes the listener.
   * Their handshakes are complete, so closing first would reset them; unless somebody outside
   * of the server holds the socket, and has them served by the next one.
   */
  async stopAccepting(): Promise<void> {
    if (this.#queue.isHeldOutside) return this.#end();
    const { resources, overload } = this.#options;
    await this.#queue.drained(() =>
      overload === "refuse" || resources.hasRoom || resources.leavesToOthers
    );
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#onOver();
    this.#queue.close();
  }

  /** Waits for the lane's turn, or until the acceptor is over. */
  #turn(waiting: Promise<void>): Promise<void> {
    // Not Promise.race: a promise that lives as long as the lane would collect
    // reactions from every race.
    return new Promise<void>((resolve, reject) => {
      this.#onOver = resolve;
      waiting.then(() => {
        // Nobody else would pass on a turn that came too late.
        if (this.#isOver) this.#options.turn?.release();
        resolve();
      }, reject);
    });
  }

  /** Listens again, unless the system has no room for that now. */
  async #resume(): Promise<void> {
    this.#isPaused = !await this.#queue.reopen(this.#options.reopen);
    if (this.#isOver) this.#queue.close();
    // Meanwhile another acceptor of the lane may have accepted the last client it has room for.
    else if (this.#options.resources.leavesToOthers) this.pause();
  }

  async #admit(socket: Socket): Promise<void> {
    const { resources, overload, introductions } = this.#options;
    if (introductions?.trusts(socket) === false) return this.#refusals.refuse(socket, "untrusted");
    // Of a proxy's client, only the header tells the address.
    const peer = introductions === null ? addressKey(socket.remoteAddr) : null;
    let answer = resources.allocate(peer);
    // Another acceptor of the lane may have taken the last place.
    while (overload === "wait" && answer instanceof Refusal && answer.reason === "total") {
      await resources.room();
      answer = resources.allocate(peer);
    }
    if (answer instanceof Refusal) this.#refusals.refuse(socket, answer.reason);
    else this.#serve(socket, answer);
  }

  #serve(socket: Socket, lease: Lease): void {
    const { connections, service, introductions } = this.#options;
    if (introductions === null) return this.#run(connections.open(socket), lease, service);
    const connection = connections.openProxied(socket);
    this.#run(connection, lease, () => introductions.serve(connection, lease, service));
  }

  #run(connection: Connection, lease: Lease, service: Service): void {
    const { connections, resources, emit, onFull } = this.#options;
    emit({ type: "accepted", connection });
    const place = connections.add(connection);
    connection.serve(
      service,
      (failure) => void this.#finish(connection, place, lease, failure),
    );
    if (resources.leavesToOthers) onFull(this);
  }

  // Begins when the service is over: suspended meanwhile, it would hold half a kilobyte
  // for each connection.
  async #finish(
    connection: Connection,
    place: number,
    lease: Lease,
    failure: Failure | null,
  ): Promise<void> {
    let error: Error | null = null;
    try {
      if (failure !== null) throw failure.cause;
      const finishing = connection.finish(connection.sawEnd ? "client" : "server");
      if (finishing !== null) await finishing;
    } catch (cause) {
      error = thrownError(cause);
      await tellPeer(connection, error);
    } finally {
      lease.release();
      this.#options.emit({ type: "closed", connection: connection.release(error) });
      this.#options.connections.delete(connection, place);
    }
  }
}
