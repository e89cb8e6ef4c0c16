import { EXIT, ExitError } from "../exit.ts";
import type { AnswerReader } from "./answer.ts";
import { Client, type Surroundings } from "./client.ts";
import { DelimitedAnswer } from "./delimited_answer.ts";
import { Delays } from "./delays.ts";
import { EchoAnswer } from "./echo_answer.ts";
import { HttpAnswer } from "./http_answer.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { type OwnTime, ownTime, sharesOf } from "./own_time.ts";
import { Pacing } from "./pacing.ts";
import { Poller } from "./poller.ts";
import { decodeMessages, RequestSequence } from "./request_sequence.ts";
import { openSocketLibrary } from "./socket_library.ts";
import { encodeAddress, Sockets } from "./sockets.ts";
import { Tally } from "./tally.ts";

/** Connections that are being opened at once: more would not fit into a server's queue. */
const OPENING_AT_ONCE = 128;
/** How long opening all may take, in milliseconds. */
const OPENING_LIMIT = 30_000;
/** How long requests of the measured time are waited for after it, in milliseconds. */
const GRACE = 1000;
/** A client that failed tries again so many milliseconds later. */
const RETRY = 100;
/** A slow client sends a piece, and the next one so many milliseconds later. */
const SLOW_PAUSE = 100;
/** Milliseconds of work before the runtime may look at signals. */
const SLICE = 50;
const BUFFER_BYTES = 256 * 1024;

/** Runs one load, in this thread, which has nothing else to do meanwhile. */
export class Generator {
  readonly #plan: LoadPlan;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #pacing: Pacing;
  readonly #sockets: Sockets;
  readonly #poller: Poller;
  readonly #clients: readonly Client[];
  readonly #bySocket: Client[] = [];
  /** Those that have nothing to do, in the open model, the one that waits longest first. */
  readonly #free = new Delays<Client>(0);
  readonly #retrying = new Delays<Client>(RETRY);
  readonly #pausing = new Delays<Client>(SLOW_PAUSE);
  #tally = new Tally();
  #phase: LoadProgress["phase"] = "opening";
  /** When the measured time begins and ends; both infinite until it has begun. */
  #begin = Infinity;
  #end = Infinity;
  #opening = 0;
  #opened = 0;
  #isStopped = false;
  /** When the events came that are being handled. */
  #now = 0;

  /**
   * @param onProgress Called when a phase begins, and some times a second.
   * @throws {ExitError} 69 or 77 where the system does not allow it.
   */
  constructor(plan: LoadPlan, onProgress: (progress: LoadProgress) => void = () => {}) {
    const library = openSocketLibrary();
    this.#plan = plan;
    this.#onProgress = onProgress;
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

  /**
   * Opens all connections, loads, and closes them.
   *
   * @param percentiles Those of the curve of latencies.
   * @throws {ExitError} 69 when the server does not take the connections.
   * @throws {Error} When it is stopped before anything is measured.
   */
  async run(percentiles: readonly number[]): Promise<LoadResult> {
    try {
      await this.#openAll();
      if (this.#plan.warmup > 0) await this.#warmUp();
      if (this.#isStopped) throw new Error("Stopped before anything was measured");
      return await this.#measure(percentiles);
    } finally {
      this.#clients.forEach((client) => client.close());
      this.#poller[Symbol.dispose]();
    }
  }

  /** Ends the measured time now; {@linkcode run} gives what there is. */
  stop(): void {
    this.#isStopped = true;
  }

  async #warmUp(): Promise<void> {
    this.#enter("warmup");
    this.#start();
    await this.#turnUntil(this.#now + this.#plan.warmup, () => this.#isStopped);
  }

  /** Has all clients send. */
  #start(): void {
    this.#pacing.start(this.#now);
    this.#clients.forEach((client) => this.#freed(client));
  }

  async #measure(percentiles: readonly number[]): Promise<LoadResult> {
    this.#tally = new Tally();
    const tally = this.#tally;
    const before: OwnTime = ownTime();
    this.#begin = this.#now;
    this.#end = this.#begin + this.#plan.duration;
    this.#enter("measuring");
    // Without a warm-up the first requests count like the others.
    if (this.#plan.warmup === 0) this.#start();
    await this.#turnUntil(this.#end, () => this.#isStopped);
    this.#end = this.#now;
    const milliseconds = this.#end - this.#begin;
    const { requests, bytesIn, bytesOut } = tally;
    const generator = sharesOf(before, ownTime(), milliseconds);
    this.#enter("finishing");
    const isBusy = () => this.#clients.some((client) => client.isBusy && !client.isSlow);
    await this.#turnUntil(this.#end + GRACE, () => !isBusy() && this.#pacing.next >= this.#end);
    this.#countUnanswered();
    return {
      seconds: milliseconds / 1000,
      requests,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
      errors: tally.errors,
      latency: tally.summary(percentiles),
      generator,
    };
  }

  /** What nobody answered has taken at least as long as it was waited for. */
  #countUnanswered(): void {
    const count = (due: number) => {
      this.#tally.error("unanswered");
      this.#tally.latency(this.#now - Math.max(due, this.#begin));
    };
    for (const client of this.#clients) {
      if (client.isBusy && !client.isSlow && client.due < this.#end) count(client.due);
    }
    while (this.#pacing.next < this.#end) count(this.#pacing.take());
  }

  async #openAll(): Promise<void> {
    this.#now = performance.now();
    this.#enter("opening");
    for (const client of this.#clients) {
      if (this.#opening >= OPENING_AT_ONCE) break;
      this.#opening++;
      client.open();
    }
    const all = this.#clients.length;
    await this.#turnUntil(
      this.#now + OPENING_LIMIT,
      () => this.#opened >= all || this.#isStopped,
    );
    if (this.#opened < all && !this.#isStopped) throw this.#cannotOpen("timed out");
  }

  #cannotOpen(reason: string): ExitError {
    const { hostname, port, connections } = this.#plan;
    return new ExitError(
      `Cannot open ${connections} connections to ${hostname} port ${port}: ${reason}, ` +
        `after ${this.#opened} were open`,
      EXIT.unavailable,
    );
  }

  /** Handles what happens until a time, or until something is so. */
  async #turnUntil(limit: number, isOver: () => boolean): Promise<void> {
    let sliceEnd = performance.now() + SLICE;
    this.#now = performance.now();
    while (this.#now < limit && !isOver()) {
      if (this.#now >= sliceEnd) {
        this.#report();
        await openSocketLibrary().sched_yield();
        sliceEnd = performance.now() + SLICE;
      }
      const next = Math.min(limit, sliceEnd, this.#retrying.next, this.#pausing.next, this.#due());
      const count = this.#poller.wait(next - performance.now());
      this.#now = performance.now();
      for (let event = 0; event < count; event++) {
        this.#bySocket[this.#poller.socketOf(event)]?.handle(this.#poller.flagsOf(event));
      }
      this.#doWhatIsDue();
    }
  }

  /** When the next request is due that a free client could send. */
  #due(): number {
    const { next } = this.#pacing;
    return this.#free.next === Infinity || next >= this.#end ? Infinity : next;
  }

  #doWhatIsDue(): void {
    const now = this.#now;
    let client: Client | undefined;
    while ((client = this.#retrying.take(now)) !== undefined) this.#freed(client);
    while ((client = this.#pausing.take(now)) !== undefined) client.resume();
    while (this.#pacing.next <= now && this.#pacing.next < this.#end) {
      client = this.#free.take(now);
      if (client === undefined) return;
      // It lost its connection while it waited, and has come here twice.
      if (client.isBusy) continue;
      client.request(this.#pacing.take());
    }
  }

  /** A client has nothing to do: it sends what is due, or waits for it. */
  #freed(client: Client): void {
    if (client.isBusy) return;
    if (this.#phase === "opening") return client.open();
    const isOver = this.#phase === "finishing";
    if (!this.#pacing.isOpen || client.isSlow) {
      if (!isOver) client.request(performance.now());
      return;
    }
    const { next } = this.#pacing;
    if (next <= this.#now && next < this.#end) return client.request(this.#pacing.take());
    if (!this.#plan.closing && !isOver) client.open();
    this.#free.put(client, this.#now);
  }

  #surroundings(): Surroundings {
    return {
      sockets: this.#sockets,
      poller: this.#poller,
      address: encodeAddress(this.#plan.hostname, this.#plan.port),
      buffer: new Uint8Array(BUFFER_BYTES),
      closing: this.#plan.closing,
      opening: (client, socket) => {
        this.#bySocket[socket] = client;
      },
      opened: () => {
        if (this.#phase !== "opening") return;
        this.#opened++;
        this.#clients[this.#opening++]?.open();
      },
      sent: (bytes) => {
        if (this.#phase === "measuring") this.#tally.bytesOut += bytes;
      },
      received: (bytes) => {
        if (this.#phase === "measuring") this.#tally.bytesIn += bytes;
      },
      pausing: (client) => this.#pausing.put(client, this.#now),
      answered: (client, failure) => {
        if (!client.isSlow) this.#answered(client.due, failure);
        else if (failure !== null) this.#tally.error(failure);
        this.#freed(client);
      },
      failed: (client, reason) => {
        if (this.#phase === "opening") throw this.#cannotOpen(reason);
        this.#tally.error(reason);
        this.#retrying.put(client, this.#now);
      },
      dropped: (client) => this.#retrying.put(client, this.#now),
    };
  }

  #answered(due: number, failure: string | null): void {
    const tally = this.#tally;
    if (failure !== null) {
      if (due < this.#end) tally.error(failure);
      return;
    }
    tally.requests++;
    if (due >= this.#begin && due < this.#end) tally.latency(this.#now - due);
  }

  #answerReader(): AnswerReader {
    const { framing } = this.#plan;
    if (framing.type === "http") return new HttpAnswer();
    if (framing.type === "delimiter") return new DelimitedAnswer(framing.delimiter);
    return new EchoAnswer((a, b, length) => this.#sockets.areEqual(a, b, length));
  }

  #enter(phase: LoadProgress["phase"]): void {
    this.#phase = phase;
    this.#report();
  }

  #report(): void {
    this.#onProgress({
      phase: this.#phase,
      requests: this.#phase === "measuring" ? this.#tally.requests : 0,
      elapsed: Math.max(0, this.#now - this.#begin),
    });
  }
}
