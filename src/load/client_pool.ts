import type { AnswerReader } from "./answer.ts";
import { Client, type Surroundings } from "./client.ts";
import { DelimitedAnswer } from "./delimited_answer.ts";
import { Delays } from "./delays.ts";
import { EchoAnswer } from "./echo_answer.ts";
import { HttpAnswer } from "./http_answer.ts";
import type { LoadPlan } from "./load.ts";
import { Pacing } from "./pacing.ts";
import { Poller } from "./poller.ts";
import { decodeMessages, RequestSequence } from "./request_sequence.ts";
import { openSocketLibrary } from "./socket_library.ts";
import { encodeAddress, Sockets } from "./sockets.ts";

/** Connections that are being opened at once: more would not fit into a server's queue. */
const OPENING_AT_ONCE = 128;
/** A client that failed tries again so many milliseconds later. */
const RETRY = 100;
/** A slow client sends a piece, and the next one so many milliseconds later. */
const SLOW_PAUSE = 100;
/** Milliseconds of work before the runtime may look at signals. */
const SLICE = 50;
const BUFFER_BYTES = 256 * 1024;

/** Whom a crowd tells what its clients see. */
export type Witness = Pick<Surroundings, "sent" | "received" | "answered" | "failed">;

/** What clients that have nothing to do are to do: connect, send, or nothing any more. */
type Duty = "open" | "send" | "rest";

/** All clients of a load, on one thread: what each does next, and when. */
export class Crowd implements Disposable {
  /** When the events came that are being handled. */
  now = performance.now();
  /** Clients that have been connected so far. */
  opened = 0;
  readonly #plan: LoadPlan;
  readonly #witness: Witness;
  readonly #pacing: Pacing;
  readonly #sockets: Sockets;
  readonly #poller: Poller;
  readonly #clients: readonly Client[];
  readonly #bySocket: Client[] = [];
  /** Those that have nothing to do, in the open model, the one that waits longest first. */
  readonly #free = new Delays<Client>(0);
  readonly #retrying = new Delays<Client>(RETRY);
  readonly #pausing = new Delays<Client>(SLOW_PAUSE);
  #duty: Duty = "open";
  #opening = 0;
  /** No request is due from then on. */
  #end = Infinity;

  /** @throws {ExitError} 69 or 77 where the system does not allow it. */
  constructor(plan: LoadPlan, witness: Witness) {
    const library = openSocketLibrary();
    this.#plan = plan;
    this.#witness = witness;
    this.#pacing = new Pacing(plan.rate);
    this.#sockets = new Sockets(library);
    this.#poller = new Poller(library);
    const around = this.#surroundings();
    const messages = decodeMessages(plan.messages);
    this.#clients = Array.from({ length: plan.connections }, (_, slot) => {
      const sequence = new RequestSequence(plan.messages, messages, plan.seed, slot);
      return new Client(around, this.#answerReader(), sequence, slot < plan.slow);
    });
  }

  /** Whether a client that is not slow waits for an answer. */
  get isBusy(): boolean {
    return this.#clients.some((client) => client.isBusy && !client.isSlow);
  }

  /** Whether requests are due, or will be, that were not sent; in the open model. */
  get hasMore(): boolean {
    return this.#pacing.next < this.#end;
  }

  /** Begins to connect all clients, some at a time. */
  open(): void {
    this.now = performance.now();
    for (const client of this.#clients) {
      if (this.#opening >= OPENING_AT_ONCE) break;
      this.#opening++;
      client.open();
    }
  }

  /** Has all clients send from now on. */
  start(): void {
    this.#duty = "send";
    this.#pacing.start(this.now);
    this.#clients.forEach((client) => this.#freed(client));
  }

  /** Has no client send what is due at a time or later. */
  endAt(end: number): void {
    this.#end = end;
  }

  /** From now on only what was due before the end is sent. */
  rest(): void {
    this.#duty = "rest";
  }

  /** When each request was due that is not answered, or not even sent; slow clients aside. */
  *unanswered(): Iterable<number> {
    for (const client of this.#clients) {
      if (client.isBusy && !client.isSlow && client.due < this.#end) yield client.due;
    }
    while (this.hasMore) yield this.#pacing.take();
  }

  /**
   * Handles what happens until a time, or until something is so.
   *
   * @param onSlice Called some times a second.
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

  /** When the next request is due that a free client could send. */
  #due(): number {
    return this.#free.next === Infinity || !this.hasMore ? Infinity : this.#pacing.next;
  }

  #doWhatIsDue(): void {
    const { now } = this;
    let client: Client | undefined;
    while ((client = this.#retrying.take(now)) !== undefined) this.#freed(client);
    while ((client = this.#pausing.take(now)) !== undefined) client.resume();
    while (this.#isDue()) {
      client = this.#free.take(now);
      if (client === undefined) return;
      // It lost its connection while it waited, and has come here twice.
      if (client.isBusy) continue;
      client.request(this.#pacing.take());
    }
  }

  #isDue(): boolean {
    return this.hasMore && this.#pacing.next <= this.now;
  }

  /** A client has nothing to do: it sends what is due, or waits for it. */
  #freed(client: Client): void {
    if (client.isBusy) return;
    if (this.#duty === "open") return client.open();
    const mayBegin = this.#duty === "send";
    if (!this.#pacing.isOpen || client.isSlow) {
      if (mayBegin) client.request(performance.now());
      return;
    }
    if (this.#isDue()) return client.request(this.#pacing.take());
    if (mayBegin && !this.#plan.closing) client.open();
    this.#free.put(client, this.now);
  }

  #surroundings(): Surroundings {
    const { sent, received, answered, failed } = this.#witness;
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
      answered: (client, failure) => {
        answered(client, failure);
        this.#freed(client);
      },
      failed: (client, reason) => {
        failed(client, reason);
        this.#retrying.put(client, this.now);
      },
      dropped: (client) => this.#retrying.put(client, this.now),
    };
  }

  #answerReader(): AnswerReader {
    const { framing } = this.#plan;
    if (framing.type === "http") return new HttpAnswer();
    if (framing.type === "delimiter") return new DelimitedAnswer(framing.delimiter);
    return new EchoAnswer((a, b, length) => this.#sockets.areEqual(a, b, length));
  }
}
