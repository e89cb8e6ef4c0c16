import { encodeAddress } from "../core/socket_address.ts";
import { Client, type ClientContext } from "./client.ts";
import { DelayQueue } from "./delay_queue.ts";
import type { LoadPlan } from "./load.ts";
import { Pacing } from "./pacing.ts";
import { Poller } from "./poller.ts";
import { decodeMessages, RequestSequence } from "./request_sequence.ts";
import { makeResponseReader } from "./response_readers.ts";
import { openSocketLibrary } from "./socket_library.ts";
import { Sockets } from "./sockets.ts";

/** Connections opened at once: more might overflow the server's accept queue. */
const OPENING_AT_ONCE = 128;
/** Milliseconds until a client that failed tries again. */
const RETRY = 100;
/** Milliseconds between the pieces of a slow client. */
const SLOW_PAUSE = 100;
/** Milliseconds of work until the runtime can handle signals. */
const SLICE = 50;
const BUFFER_BYTES = 256 * 1024;

/** The events of clients that count. */
export type PoolEvents = Pick<ClientContext, "sent" | "received" | "responded" | "failed">;

/** All clients of a load, on one thread: decides what each does next, and when. */
export class ClientPool implements Disposable {
  /** When the events that are being handled came. */
  now = performance.now();
  /** Clients connected so far. */
  opened = 0;
  readonly #plan: LoadPlan;
  readonly #pacing: Pacing;
  readonly #sockets: Sockets;
  readonly #poller: Poller;
  readonly #clients: readonly Client[];
  readonly #bySocket: Client[] = [];
  /** Idle clients in the open model, the longest idle first. */
  readonly #idle = new DelayQueue<Client>(0);
  readonly #retrying = new DelayQueue<Client>(RETRY);
  readonly #pausing = new DelayQueue<Client>(SLOW_PAUSE);
  /** What idle clients do: connect, send, or send only what was due before the end. */
  #duty: "open" | "send" | "finish" = "open";
  #opening = 0;
  /** No request is due from then on. */
  #end = Infinity;

  /** @throws {ExitError} As {@linkcode openSocketLibrary}. */
  constructor(plan: LoadPlan, events: PoolEvents) {
    const library = openSocketLibrary();
    this.#plan = plan;
    this.#pacing = new Pacing(plan.rate);
    this.#sockets = new Sockets(library);
    this.#poller = new Poller(library);
    const context = this.#clientContext(events);
    const messages = decodeMessages(plan.messages);
    this.#clients = Array.from({ length: plan.connections }, (_, slot) => {
      const sequence = new RequestSequence(plan.messages, messages, plan.seed, slot);
      return new Client(
        context,
        makeResponseReader(plan.framing, this.#sockets),
        sequence,
        slot < plan.slow,
      );
    });
  }

  /** Whether a client that is not slow waits for a response. */
  get isBusy(): boolean {
    return this.#clients.some((client) => client.isBusy && !client.isSlow);
  }

  /** Whether there are more requests to send at their rate, in the open model. */
  get hasMore(): boolean {
    return this.#pacing.next < this.#end;
  }

  /** Starts to connect all clients, some at a time. */
  open(): void {
    this.now = performance.now();
    const first = this.#clients.slice(0, OPENING_AT_ONCE);
    this.#opening = first.length;
    first.forEach((client) => client.open());
  }

  /** Starts to send. */
  start(): void {
    this.#duty = "send";
    this.#pacing.start(this.now);
    this.#clients.forEach((client) => this.#assign(client));
  }

  /** Sets the end: what is due then or later is not sent. */
  endAt(end: number): void {
    this.#end = end;
  }

  /** Sends only what was due before the end. */
  finish(): void {
    this.#duty = "finish";
  }

  /** When each request was due that was not answered, or not even sent; without slow clients. */
  *unanswered(): Iterable<number> {
    for (const client of this.#clients) {
      if (client.isBusy && !client.isSlow && client.due < this.#end) yield client.due;
    }
    while (this.hasMore) yield this.#pacing.take();
  }

  /**
   * Handles events until a time, or a condition.
   *
   * @param onSlice Called several times per second.
   */
  async turnUntil(limit: number, isOver: () => boolean, onSlice: () => void): Promise<void> {
    let sliceEnd = performance.now() + SLICE;
    this.now = performance.now();
    while (this.now < limit && !isOver()) {
      if (this.now >= sliceEnd) {
        onSlice();
        await openSocketLibrary().sched_yield();
        sliceEnd = performance.now() + SLICE;
      }
      const next = Math.min(limit, sliceEnd, this.#retrying.next, this.#pausing.next, this.#due());
      const count = this.#poller.wait(next - performance.now());
      this.now = performance.now();
      for (let event = 0; event < count; event++) {
        this.#bySocket[this.#poller.socketOf(event)]?.handle(this.#poller.flagsOf(event));
      }
      this.#doWhatIsDue();
    }
  }

  [Symbol.dispose](): void {
    this.#clients.forEach((client) => client.close());
    this.#poller[Symbol.dispose]();
  }

  /** When the next request is due that an idle client could send. */
  #due(): number {
    return this.#idle.next === Infinity || !this.hasMore ? Infinity : this.#pacing.next;
  }

  #doWhatIsDue(): void {
    const { now } = this;
    let client: Client | undefined;
    while ((client = this.#retrying.take(now)) !== undefined) this.#assign(client);
    while ((client = this.#pausing.take(now)) !== undefined) client.resume();
    while (this.#isDue()) {
      client = this.#idle.take(now);
      if (client === undefined) return;
      // A client that lost its connection while idle is in the queue twice.
      if (client.isBusy) continue;
      client.request(this.#pacing.take());
    }
  }

  #isDue(): boolean {
    return this.hasMore && this.#pacing.next <= this.now;
  }

  /** Gives an idle client something to do, or queues it. */
  #assign(client: Client): void {
    if (client.isBusy) return;
    if (this.#duty === "open") return client.open();
    const isSending = this.#duty === "send";
    if (!this.#pacing.isOpen || client.isSlow) {
      if (isSending) client.request(performance.now());
      return;
    }
    if (this.#isDue()) return client.request(this.#pacing.take());
    if (isSending && !this.#plan.closing) client.open();
    this.#idle.put(client, this.now);
  }

  #clientContext({ sent, received, responded, failed }: PoolEvents): ClientContext {
    return {
      sockets: this.#sockets,
      poller: this.#poller,
      address: encodeAddress(this.#plan.hostname, this.#plan.port),
      buffer: new Uint8Array(BUFFER_BYTES),
      closing: this.#plan.closing,
      sent,
      received,
      opening: (client, socket) => {
        this.#bySocket[socket] = client;
      },
      opened: () => {
        if (this.#duty !== "open") return;
        this.opened++;
        this.#clients[this.#opening++]?.open();
      },
      pausing: (client) => this.#pausing.put(client, this.now),
      responded: (client, failure) => {
        responded(client, failure);
        this.#assign(client);
      },
      failed: (client, reason) => {
        failed(client, reason);
        this.#retrying.put(client, this.now);
      },
      dropped: (client) => this.#retrying.put(client, this.now),
    };
  }
}
