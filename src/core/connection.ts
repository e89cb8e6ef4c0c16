import type { Buffers } from "./buffers.ts";
import { LARGE_BUFFER, SMALL_BUFFER } from "./buffers.ts";
import type { Deadlines } from "./deadlines.ts";
import { ConnectionError, IncompleteReadError, LimitExceededError } from "./errors.ts";
import type { ConnectionSummary, EndedBy, Phase } from "./event.ts";

/** What all connections of a lane share. */
export interface ConnectionContext {
  readonly buffers: Buffers;
  readonly deadlines: Deadlines;
  /** Aborts when the lane drains. */
  readonly draining: AbortSignal;
  /** How long a client may be silent, in milliseconds; 0 is for ever. */
  readonly idleTimeout: number;
  /** How long a client may take nothing of what is written, in milliseconds; 0 is for ever. */
  readonly writeTimeout: number;
}

/** How long a draining lane lets a silent client be, in milliseconds: what was sent arrives in it. */
const DRAIN_QUIET = 1000;
/** How long the last word may take to be read, in milliseconds; after it the kernel may reset. */
const LINGER = 5000;
const NOTHING = new Uint8Array(0);
const LINE_FEED = new Uint8Array([10]);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * One accepted client. One read and one write may be under way at a time.
 * Whatever ends it makes reads and writes throw a {@linkcode ConnectionError}.
 */
export class Connection {
  readonly #socket: Deno.Conn;
  readonly #context: ConnectionContext;
  readonly #accepted = performance.now();
  #buffer: Uint8Array<ArrayBuffer> = NOTHING;
  // What has arrived and was not taken: #buffer[#from..#to].
  #from = 0;
  #to = 0;
  #lastReadWasFull = false;
  #isReading = false;
  #isWriting = false;
  #sawEnd = false;
  #saidEnd = false;
  #phase: Phase = "idle";
  #since: number;
  #bytesIn = 0;
  #bytesOut = 0;
  #endedBy: EndedBy | null = null;
  #endedIn: Phase = "idle";
  #isClosed = false;

  /** @param id Unique in this server's life. */
  constructor(readonly id: string, socket: Deno.Conn, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#since = context.deadlines.now;
    context.deadlines.add(this);
  }

  get remoteAddr(): Deno.Addr {
    return this.#socket.remoteAddr;
  }

  get localAddr(): Deno.Addr {
    return this.#socket.localAddr;
  }

  /** Aborts when the server drains: finish what is in flight, and begin nothing new. */
  get draining(): AbortSignal {
    return this.#context.draining;
  }

  /** Whether the client has said that it will send no more. */
  get sawEnd(): boolean {
    return this.#sawEnd;
  }

  /**
   * Reads what has arrived, or waits for it.
   *
   * @returns A view that is good until the next read; null when the client has ended.
   * @throws {ConnectionError} If the connection is over.
   */
  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#from < this.#to) return this.#take(this.#to - this.#from);
    const space = this.#beforeRead();
    let count: number | null;
    try {
      count = await this.#socket.read(space);
    } catch (error) {
      throw this.#lost(error);
    }
    return this.#afterRead(count, space.length) ? this.#take(this.#to - this.#from) : null;
  }

  /**
   * Reads up to and including a suffix.
   *
   * @param limit The most bytes that may come, the suffix included.
   * @returns A view that is good until the next read; null when the client ended between two pieces.
   * @throws {LimitExceededError} If there is no suffix within the limit.
   * @throws {IncompleteReadError} If the client ended before the suffix.
   * @throws {ConnectionError} If the connection is over.
   */
  async readUntil(suffix: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
    let searched = 0;
    for (;;) {
      const pending = this.#buffer.subarray(this.#from, this.#to);
      const at = indexOf(pending, suffix, Math.max(0, searched - suffix.length + 1));
      if (at !== -1 && at + suffix.length <= limit) return this.#take(at + suffix.length);
      if (at !== -1 || pending.length >= limit) throw new LimitExceededError(limit);
      searched = pending.length;
      if (!await this.#fill()) {
        if (pending.length === 0) return null;
        throw new IncompleteReadError(this.#take(pending.length).slice());
      }
    }
  }

  /**
   * Reads exactly `length` bytes.
   *
   * @returns A view that is good until the next read; null when the client ended before the first.
   * @throws {IncompleteReadError} If the client ended after some of them.
   * @throws {ConnectionError} If the connection is over.
   */
  async readExactly(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.#to - this.#from < length) {
      if (await this.#fill()) continue;
      const pending = this.#to - this.#from;
      if (pending === 0) return null;
      throw new IncompleteReadError(this.#take(pending).slice());
    }
    return this.#take(length);
  }

  /**
   * Reads a line of UTF-8 without its end (LF or CR LF). A last line without an
   * end is a line.
   *
   * @param limit The most bytes of a line, its end included.
   * @returns null when the client has ended.
   * @throws {LimitExceededError} If the line is longer.
   * @throws {ConnectionError} If the connection is over.
   */
  async readLine(limit: number): Promise<string | null> {
    let line: Uint8Array | null;
    try {
      line = await this.readUntil(LINE_FEED, limit);
    } catch (error) {
      if (error instanceof IncompleteReadError) return decoder.decode(error.partial);
      throw error;
    }
    if (line === null) return null;
    const end = line.length > 1 && line[line.length - 2] === 13 ? 2 : 1;
    return decoder.decode(line.subarray(0, line.length - end));
  }

  /**
   * Writes all of the data; resolves when the kernel has taken it.
   *
   * @throws {ConnectionError} If the connection is over, or the client takes
   * nothing for the length of `--write-timeout`.
   */
  async write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (this.#isWriting) {
      throw new Error("Cannot write: another write is under way, await it first");
    }
    this.#isWriting = true;
    this.#enter("writing");
    try {
      let written = await this.#socket.write(bytes);
      this.#bytesOut += written;
      while (written < bytes.length) {
        this.#since = this.#context.deadlines.now;
        const count = await this.#socket.write(bytes.subarray(written));
        written += count;
        this.#bytesOut += count;
      }
    } catch (error) {
      throw this.#lost(error);
    } finally {
      this.#isWriting = false;
    }
    this.#enter(this.#isReading ? "idle" : "serving");
  }

  /**
   * Says that nothing more will be written; the client can still send.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  async end(): Promise<void> {
    if (this.#saidEnd) return;
    this.#saidEnd = true;
    try {
      // Both kinds of stream socket have it; the type of what a listener accepts does not say so.
      await (this.#socket as Deno.TcpConn).closeWrite();
    } catch (error) {
      throw this.#lost(error);
    }
  }

  /** Closes at once, in both directions. */
  close(): void {
    this.endAs("server");
  }

  /** Closes at once and remembers who ended it; the first one counts. */
  endAs(endedBy: EndedBy): void {
    this.#note(endedBy);
    this.#closeSocket();
  }

  /**
   * Ends as an orderly server does: says its end, then waits a moment until the
   * client has heard it. Closing while data of the client is still unread would
   * reset the connection, and with it what was written last (RFC 9112, 9.6).
   */
  async finish(endedBy: EndedBy): Promise<void> {
    this.#note(endedBy);
    if (this.#isClosed) return;
    this.#enter("closing");
    try {
      if (!this.#sawEnd) {
        await this.end();
        // Someone reads already: the reader will see the client's end, or the sweep closes.
        if (this.#isReading || this.#isClosed) return;
        if (this.#buffer.length === 0) this.#buffer = this.#context.buffers.lendSmall();
        while ((await this.#socket.read(this.#buffer)) !== null);
      }
    } catch { // The client went away without waiting, or the time to linger is over.
    }
    this.#closeSocket();
  }

  /** The connection as a web stream of what the client sends. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      pull: async (controller) => {
        const data = await this.read();
        if (data === null) controller.close();
        else controller.enqueue(data.slice());
      },
      cancel: () => this.close(),
    }, { highWaterMark: 0 });
  }

  /** The connection as a web stream of what is sent to the client; closing it is {@linkcode end}. */
  get writable(): WritableStream<Uint8Array> {
    return new WritableStream({
      write: (data) => this.write(data),
      close: () => this.end(),
      abort: () => this.close(),
    });
  }

  /** For the sweep of deadlines: closes if this connection's time is over. */
  expire(): void {
    const { deadlines, idleTimeout, writeTimeout, draining } = this.#context;
    const since = this.#since;
    switch (this.#phase) {
      case "idle":
        if (draining.aborted && deadlines.isOver(since, DRAIN_QUIET)) this.endAs("drain");
        else if (deadlines.isOver(since, idleTimeout)) this.endAs("timeout");
        return;
      case "reading":
        if (deadlines.isOver(since, idleTimeout)) this.endAs("timeout");
        return;
      case "writing":
        if (deadlines.isOver(since, writeTimeout)) this.endAs("timeout");
        return;
      case "closing":
        if (deadlines.isOver(since, LINGER)) this.#closeSocket();
        return;
      case "serving":
        return;
    }
  }

  /** Gives all that was lent back; the acceptor calls it when nobody uses the connection any more. */
  release(error: Error | null): ConnectionSummary {
    this.#context.deadlines.delete(this);
    this.#closeSocket();
    if (this.#isReading) this.#context.buffers.writeOff(this.#buffer);
    else this.#context.buffers.giveBack(this.#buffer);
    this.#buffer = NOTHING;
    this.#from = this.#to = 0;
    return {
      id: this.id,
      remoteAddr: this.remoteAddr,
      localAddr: this.localAddr,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      duration: performance.now() - this.#accepted,
      endedBy: this.#endedBy ?? "server",
      phase: this.#endedIn,
      error,
    };
  }

  async #fill(): Promise<boolean> {
    const space = this.#beforeRead();
    let count: number | null;
    try {
      count = await this.#socket.read(space);
    } catch (error) {
      throw this.#lost(error);
    }
    return this.#afterRead(count, space.length);
  }

  /** Finds room for a read: the buffer grows with a stream and shrinks when it pauses. */
  #beforeRead(): Uint8Array<ArrayBuffer> {
    if (this.#isReading) throw new Error("Cannot read: another read is under way, await it first");
    this.#isReading = true;
    const { buffers } = this.#context;
    if (this.#from === this.#to) {
      this.#enter("idle");
      this.#from = this.#to = 0;
      const size = this.#buffer.length;
      if (this.#lastReadWasFull ? size < LARGE_BUFFER : size !== SMALL_BUFFER) {
        const wanted = this.#lastReadWasFull ? buffers.lendLarge() : null;
        if (wanted !== null || size !== SMALL_BUFFER) {
          buffers.giveBack(this.#buffer);
          this.#buffer = wanted ?? buffers.lendSmall();
        }
      }
      return this.#buffer;
    }
    this.#enter("reading");
    if (this.#to === this.#buffer.length) this.#makeSpace();
    return this.#buffer.subarray(this.#to);
  }

  /** A piece of data goes beyond the buffer: move it to the front, or to a larger one. */
  #makeSpace(): void {
    if (this.#from > 0) {
      this.#buffer.copyWithin(0, this.#from, this.#to);
    } else {
      const { buffers } = this.#context;
      const size = this.#buffer.length;
      const larger = (size < LARGE_BUFFER ? buffers.lendLarge() : null) ??
        new Uint8Array(size * 2);
      larger.set(this.#buffer);
      buffers.giveBack(this.#buffer);
      this.#buffer = larger;
    }
    this.#to -= this.#from;
    this.#from = 0;
  }

  #afterRead(count: number | null, space: number): boolean {
    this.#isReading = false;
    if (count === null) {
      this.#sawEnd = true;
      return false;
    }
    this.#to += count;
    this.#bytesIn += count;
    this.#lastReadWasFull = count === space;
    this.#enter("serving");
    return true;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const from = this.#from;
    this.#from += length;
    return this.#buffer.subarray(from, this.#from);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#since = this.#context.deadlines.now;
  }

  /** Puts a name to a failed read or write: our own close comes back as one, too. */
  #lost(error: unknown): Error {
    this.#isReading = false;
    // Something other than data was to be written: a bug of the caller, not the client's end.
    if (error instanceof TypeError) return error;
    const endedBy = this.#note("client");
    const reason = error instanceof Error ? error.message : String(error);
    return new ConnectionError(
      `Cannot go on with the connection: ended by ${endedBy} while ${this.#endedIn} (${reason})`,
      endedBy,
      { cause: error },
    );
  }

  /** Remembers who ended the connection; the first one counts, and is returned. */
  #note(endedBy: EndedBy): EndedBy {
    if (this.#endedBy !== null) return this.#endedBy;
    this.#endedIn = this.#phase;
    return this.#endedBy = endedBy;
  }

  #closeSocket(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

function indexOf(data: Uint8Array, suffix: Uint8Array, from: number): number {
  const [first] = suffix;
  if (first === undefined) throw new TypeError("Cannot read until a suffix: it is empty");
  for (let at = data.indexOf(first, from); at !== -1; at = data.indexOf(first, at + 1)) {
    let matched = 1;
    while (matched < suffix.length && data[at + matched] === suffix[matched]) matched++;
    if (matched === suffix.length) return at;
  }
  return -1;
}
