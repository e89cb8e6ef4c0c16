import { Connection } from "./connection.ts";
import type { ConnectionContext, DialTraffic } from "./connection_context.ts";
import { DialedConnection } from "./dialed_connection.ts";
import type { EndedBy } from "./event.ts";

/** What a lane ends when it is killed. */
interface Endable {
  endAs(endedBy: EndedBy): void;
}

/** The open connections of one lane: those of clients, and those it dialed for them. */
export class Connections {
  readonly context: ConnectionContext;
  readonly #dialContext: ConnectionContext;
  readonly #dialTraffic: DialTraffic;
  /** Clients' connections, each with a promise that resolves when nobody uses it any more. */
  readonly #live = new Map<Connection, Promise<void>>();
  /** Dialed connections, and those that are being dialed. */
  readonly #dialed = new Set<Endable>();
  #lastNumber = 0;
  #isOver = false;

  constructor(context: ConnectionContext, dialTraffic: DialTraffic) {
    this.context = context;
    this.#dialContext = { ...context, peer: "upstream", traffic: dialTraffic };
    this.#dialTraffic = dialTraffic;
  }

  /** Makes a connection of an accepted socket. */
  open(socket: Deno.Conn): Connection {
    return new Connection(++this.#lastNumber, socket, this.context);
  }

  /** Adds a connection that is in use until `done` resolves; it must not reject. */
  add(connection: Connection, done: Promise<void>): void {
    this.#live.set(connection, done);
  }

  delete(connection: Connection): void {
    this.#live.delete(connection);
  }

  /** Makes a connection of a dialed socket; it is the lane's until it is released. */
  openDialed(socket: Deno.Conn): DialedConnection {
    const forget = () => this.deleteDialed(connection);
    const number = ++this.#lastNumber;
    const connection = new DialedConnection(number, socket, this.#dialContext, forget);
    this.addDialed(connection);
    this.#dialTraffic.dialed();
    return connection;
  }

  /** Adds what is to end with the lane at the latest; at once if the lane has ended. */
  addDialed(one: Endable): void {
    if (this.#isOver) one.endAs("drain");
    else this.#dialed.add(one);
  }

  deleteDialed(one: Endable): void {
    this.#dialed.delete(one);
  }

  /** Resolves when no client is connected any more; what is still dialed then serves nobody, and is closed. */
  async ended(): Promise<void> {
    while (this.#live.size > 0) await Promise.all(this.#live.values());
    this.kill();
  }

  /** Closes all of them at once; none can be dialed after that. */
  kill(): void {
    this.#isOver = true;
    for (const connection of this.#live.keys()) connection.endAs("drain");
    for (const one of this.#dialed) one.endAs("drain");
  }
}
