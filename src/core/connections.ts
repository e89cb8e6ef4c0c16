import { tellOpenWork } from "../base/current_work.ts";
import { Roster } from "../base/roster.ts";
import { Connection } from "./connection.ts";
import type { ConnectionContext, DialTraffic } from "./connection_context.ts";
import { DialedConnection } from "./dialed_connection.ts";
import type { EndedBy } from "./event.ts";
import {
  type ConnectionQuery,
  findConnections,
  type FoundConnections,
} from "./open_connections.ts";
import { ProxiedConnection } from "./proxied_connection.ts";
import type { Socket } from "./socket.ts";

/** Something that a lane ends when it is killed. */
interface Endable {
  endAs(endedBy: EndedBy): void;
}

/** The open connections of one lane: those from clients, and those it dialed for them. */
export class Connections {
  readonly context: ConnectionContext;
  readonly #dialContext: ConnectionContext;
  readonly #dialTraffic: DialTraffic;
  /** Client connections that are in use. */
  readonly #live = new Roster<Connection>();
  /** Wake the waits for the end of all of them. */
  readonly #waiting = new Set<() => void>();
  /** Dialed connections, and dials in progress. */
  readonly #dialed = new Roster<Endable>();
  readonly #telling = tellOpenWork("connections", () => this.#live);
  #lastNumber = 0;
  #isOver = false;

  constructor(context: ConnectionContext, dialTraffic: DialTraffic) {
    this.context = context;
    this.#dialContext = { ...context, peer: "upstream", traffic: dialTraffic, waits: null };
    this.#dialTraffic = dialTraffic;
  }

  /** Wraps an accepted socket in a connection. */
  open(socket: Socket): Connection {
    return new Connection(++this.#lastNumber, socket, this.context);
  }

  /** The same for a socket on which a proxy introduces its client. */
  openProxied(socket: Socket): ProxiedConnection {
    return new ProxiedConnection(++this.#lastNumber, socket, this.context);
  }

  /** Adds a connection, until it is no longer in use, and returns its place among the others. */
  add(connection: Connection): number {
    return this.#live.add(connection);
  }

  delete(connection: Connection, place: number): void {
    this.#live.delete(connection, place);
    if (this.#live.size > 0) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Finds connections from clients; describes at most `limit` of them, the oldest. */
  find(query: ConnectionQuery, limit: number): FoundConnections {
    return findConnections(this.#live, query, limit);
  }

  /** The connection from a client with a number; null if there is none. */
  get(number: number): Connection | null {
    for (const connection of this.#live) if (connection.number === number) return connection;
    return null;
  }

  /** Wraps a dialed socket in a connection, which the lane tracks until it is released. */
  openDialed(socket: Socket): DialedConnection {
    const connection = new DialedConnection(++this.#lastNumber, socket, this.#dialContext, this);
    this.#dialTraffic.dialed();
    return connection;
  }

  /**
   * Adds something that must not outlive the lane, and returns its place among such; ends it
   * at once if the lane has ended.
   */
  addDialed(one: Endable): number {
    if (this.#isOver) one.endAs("drain");
    return this.#dialed.add(one);
  }

  deleteDialed(one: Endable, place: number): void {
    this.#dialed.delete(one, place);
  }

  /** Waits for the last client to disconnect. */
  async emptied(): Promise<void> {
    while (this.#live.size > 0) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Waits for the last client to disconnect, then closes the dialed connections: they serve nobody. */
  async ended(): Promise<void> {
    await this.emptied();
    this.kill();
  }

  /** Waits no longer for services whose connections were killed, so that those have their records. */
  abandon(): void {
    for (const connection of this.#live) connection.abandon();
  }

  /** Closes all connections at once; later dials fail. */
  kill(): void {
    this.#isOver = true;
    this.#telling[Symbol.dispose]();
    for (const connection of this.#live) connection.endAs("drain");
    for (const one of this.#dialed) one.endAs("drain");
  }
}
