/** A client's side of a connection. */
import { connect, type Socket } from "node:net";

/** Bytes that wait to be read before the client stops receiving. */
const MAX_WAITING = 512 * 1024;

/** How a client leaves: FIN, RST, or FIN for its side alone. */
export type Leaving = "closes" | "resets" | "half-closes";

/** A TCP connection that can be read, and left in any way. */
export class Wire {
  /** The client's port: the log of the server names it. */
  readonly port: number;
  readonly opened = performance.now();
  /** Resolves when the connection is closed, by either side. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #isStopped = false;
  #end: "none" | "end" | Error = "none";
  #wake = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.localPort ?? 0;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (piece: Uint8Array) => this.#take(piece));
    socket.once("end", () => this.#finish("end"));
    socket.on("error", (error: Error) => this.#finish(error));
    socket.once("close", () => this.#finish("end"));
  }

  /** @throws {Error} If the server refuses, or does not answer. */
  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Wire(socket));
      });
    });
  }

  /** Whether the server has closed its side, or the connection is gone. */
  get isEnded(): boolean {
    return this.#end !== "none";
  }

  /** Sends without waiting. */
  send(data: string | Uint8Array): void {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(data);
  }

  /** Sends, and waits until the system has taken the data or the connection is closed. */
  async sendAll(data: string | Uint8Array): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    const taken = new Promise<void>((resolve) => this.#socket.write(data, () => resolve()));
    await Promise.race([taken, this.closed]);
  }

  /**
   * The next bytes; null if the server has ended.
   *
   * @throws {Error} If the connection was reset.
   */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#waiting -= piece.length;
        if (this.#waiting < MAX_WAITING && !this.#isStopped) this.#socket.resume();
        return piece;
      }
      if (this.#end === "end") return null;
      if (this.#end !== "none") throw this.#end;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Receives nothing more. */
  stopReading(): void {
    this.#isStopped = true;
    this.#socket.pause();
  }

  /** Leaves; a client that half-closes is gone when the server has closed its side, too. */
  leave(how: Leaving): void {
    if (how === "closes") this.#socket.destroy();
    else if (how === "resets") this.#socket.resetAndDestroy();
    else {
      this.#socket.resume();
      this.#socket.end();
      if (this.isEnded) this.#socket.destroy();
      else this.#socket.once("end", () => this.#socket.destroy());
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (this.#waiting >= MAX_WAITING) this.#socket.pause();
    this.#wake();
  }

  #finish(end: "end" | Error): void {
    if (this.#end === "none") this.#end = end;
    this.#wake();
  }
}
