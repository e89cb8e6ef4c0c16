import { Connection } from "./connection.ts";
import type { ConnectionContext } from "./connection_context.ts";
import { PeerError } from "./errors.ts";
import type { Emit, RefusalReason } from "./event.ts";
import type { Listener } from "./listener.ts";
import { addressKey, type Lease, Refusal, type ResourceManager } from "./resources.ts";
import type { Service } from "./service.ts";
import { sleep } from "../base/timers.ts";

/** The order in which lanes that share a socket accept. */
export interface Turn {
  /** Resolves when this lane may wait for a client. */
  come(): Promise<void>;
  /** It waits no more: it has one, or leaves. */
  pass(): void;
}

/** What an acceptor works with. */
export interface AcceptorOptions {
  readonly listener: Listener;
  /** Listens again, after {@linkcode Acceptor.pause}. */
  readonly reopen: () => Promise<Listener>;
  /** Called when the lane has taken the last client that it can. */
  readonly onFull: (by: Acceptor) => void;
  readonly resources: ResourceManager;
  readonly service: Service;
  readonly connections: ConnectionContext;
  /** When it is this lane's turn to accept; null where there are none to share with. */
  readonly turn: Turn | null;
  /** At the limit: leave clients in the kernel's queue, or tell them. */
  readonly overload: "wait" | "refuse";
  /** What a refused client is told; null is a plain close. */
  readonly refusal: string | null;
  /** The lane's open connections, for the lane to wait for and to cut. */
  readonly live: Map<Connection, Promise<void>>;
  /** Numbers the next connection. */
  readonly nextNumber: () => number;
  readonly emit: Emit;
}

/** How long to wait when accepting fails for a reason that lasts, in milliseconds. */
const OUTAGE_PAUSE = 100;
/** Refused clients that are told at one time; those beyond are closed without a word. */
const MAX_TELLING = 64;
/** What clients have to finish a connect that is under way when the door closes, in milliseconds. */
const DOOR_QUIET = 10;
/** How long the door may take to close while clients keep coming, in milliseconds. */
const DOOR_LIMIT = 250;
/**
 * ENONET, EPROTO, ENOPROTOOPT, EOPNOTSUPP, ENETDOWN, ENETUNREACH, EHOSTDOWN and
 * EHOSTUNREACH: Linux passes errors of the new connection's network on to
 * accept(2), whose manual asks to treat them as "try again".
 */
const NETWORK_ERRORS = /\(os error (64|71|92|95|100|101|112|113)\)/;

/** One loop: wait for room, accept, hand over, forget when done. */
export class Acceptor {
  readonly #options: AcceptorOptions;
  #listener: Listener;
  #isPaused = false;
  /** Whether the door is closed for good. */
  #isOver = false;
  /** Ends the wait for a turn. */
  #onOver = () => {};
  #accepted = 0;
  #telling = 0;
  #outage: number | null = null;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#listener = options.listener;
  }

  /** Runs until the door is closed. */
  async run(): Promise<void> {
    const { resources, overload, turn } = this.#options;
    let sockets = this.#listener[Symbol.asyncIterator]();
    for (;;) {
      while (resources.leavesToOthers) await resources.release();
      if (overload === "wait" && !resources.hasRoom) await resources.room();
      if (turn !== null) await this.#await(turn);
      if (this.#isOver) return turn?.pass();
      if (this.#isPaused) {
        this.#listener = await this.#options.reopen();
        this.#isPaused = false;
        sockets = this.#listener[Symbol.asyncIterator]();
      }
      const socket = await this.#next(sockets);
      turn?.pass();
      if (socket === null && this.#isPaused) continue;
      if (socket === null) return;
      this.#accepted++;
      sendAtOnce(socket);
      await this.#admit(socket);
    }
  }

  /**
   * Leaves the clients that come to others until the lane has room again. An
   * accept that is under way cannot be called back in another way than to close
   * its handle of the socket, which the others have open.
   */
  pause(): void {
    if (!this.#listener.isShared || this.#isOver) return;
    this.#isPaused = true;
    this.#listener.close();
  }

  /** Leaves the clients that come to those who share the queue; where nobody does, closes the door. */
  async leave(): Promise<void> {
    if (!this.#listener.isShared) return await this.stopAccepting();
    this.#end();
  }

  /**
   * Closes the listener, after the clients that the kernel has queued are in:
   * it has promised them a connection, and closing would reset it. The queue is
   * empty when a turn of the event loop brought nobody; then it closes at once,
   * so that none can come in between.
   */
  async stopAccepting(): Promise<void> {
    const latest = performance.now() + DOOR_LIMIT;
    await sleep(DOOR_QUIET);
    let before: number;
    do {
      before = this.#accepted;
      await sleep(1);
    } while (this.#accepted !== before && performance.now() < latest);
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#onOver();
    this.#listener.close();
  }

  /** Waits until it is this lane's turn, or the door is closed for good. */
  async #await(turn: Turn): Promise<void> {
    if (this.#isOver) return;
    // Not a race with a promise that lives as long as the lane: it would keep
    // something of each of its races.
    await new Promise<void>((resolve, reject) => {
      this.#onOver = resolve;
      turn.come().then(resolve, reject);
    });
  }

  /** The next client; null when the listener is closed. */
  async #next(sockets: AsyncIterator<Deno.Conn>): Promise<Deno.Conn | null> {
    for (;;) {
      try {
        const { value, done } = await sockets.next();
        if (this.#outage !== null) {
          this.#options.emit({ type: "recovered", duration: performance.now() - this.#outage });
          this.#outage = null;
        }
        return done ? null : value;
      } catch (error) {
        await this.#survive(error);
      }
    }
  }

  /** Judges an error of accept(2), see its manual: nothing but closing the listener ends the loop. */
  async #survive(cause: unknown): Promise<void> {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (isOfOneClient(error)) {
      this.#options.emit({ type: "vanished", error });
      return;
    }
    // Descriptors (EMFILE, ENFILE) or memory (ENOBUFS, ENOMEM) have run out: they come back
    // when connections end, and until then trying at once would only burn the processor.
    if (this.#outage === null) {
      this.#outage = performance.now();
      this.#options.emit({ type: "starved", error });
    }
    await sleep(OUTAGE_PAUSE);
  }

  async #admit(socket: Deno.Conn): Promise<void> {
    const { resources, overload } = this.#options;
    let answer = this.#allocate(socket);
    // Another acceptor of the lane took the last place in the meantime.
    while (overload === "wait" && answer instanceof Refusal && answer.reason === "total") {
      await resources.room();
      answer = this.#allocate(socket);
    }
    if (answer instanceof Refusal) this.#refuse(socket, answer.reason);
    else this.#serve(socket, answer);
  }

  #allocate(socket: Deno.Conn): Lease | Refusal {
    return this.#options.resources.allocate(addressKey(socket.remoteAddr));
  }

  #serve(socket: Deno.Conn, lease: Lease): void {
    const { live, connections, nextNumber, emit } = this.#options;
    const connection = new Connection(nextNumber(), socket, connections);
    emit({ type: "accepted", connection });
    live.set(connection, this.#converse(connection, lease));
    if (this.#options.resources.leavesToOthers) this.#options.onFull(this);
  }

  async #converse(connection: Connection, lease: Lease): Promise<void> {
    const { live, service, emit } = this.#options;
    let error: Error | null = null;
    try {
      await service(connection);
      await connection.finish(connection.sawEnd ? "client" : "server");
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
      await tell(connection, error);
    } finally {
      lease.release();
      live.delete(connection);
      emit({ type: "closed", connection: connection.release(error) });
    }
  }

  #refuse(socket: Deno.Conn, reason: RefusalReason): void {
    const { refusal, live, connections, nextNumber, emit } = this.#options;
    emit({ type: "refused", remoteAddr: socket.remoteAddr, reason });
    if (refusal === null || this.#telling === MAX_TELLING) return socket.close();
    this.#telling++;
    const connection = new Connection(nextNumber(), socket, connections);
    const done = tell(connection, new PeerError("Refused", refusal)).finally(() => {
      this.#telling--;
      live.delete(connection);
      connection.release(null);
    });
    live.set(connection, done);
  }
}

/**
 * Turns Nagle's algorithm off: an answer of two writes would otherwise wait for
 * the client's word that the first one came, some 40 ms.
 */
function sendAtOnce(socket: Deno.Conn): void {
  try {
    if (socket.remoteAddr.transport === "tcp") (socket as Deno.TcpConn).setNoDelay(true);
  } catch { // It is closed already, which whoever reads it will find.
  }
}

/** Tells the peer what can be told, and closes; never throws. */
async function tell(connection: Connection, error: Error): Promise<void> {
  // By what it carries and not by its class: a bundled handler has its own copy of the classes.
  const { endedBy = "error", answer = null } = error as Partial<PeerError>;
  if (answer === null) return connection.endAs(endedBy);
  try {
    await connection.write(answer);
    await connection.finish(endedBy);
  } catch { // The peer does not listen any more.
    connection.endAs(endedBy);
  }
}

/** The client was gone before it was accepted, or the network failed it (see accept(2), "Error handling"). */
function isOfOneClient(error: Error): boolean {
  return error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.TimedOut ||
    error instanceof Deno.errors.PermissionDenied ||
    NETWORK_ERRORS.test(error.message);
}
