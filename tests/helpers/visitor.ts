import { connect, type Socket } from "node:net";

/** The ways to leave. */
export const LEAVINGS = ["closes", "resets", "half-closes"] as const;
export type Leaving = typeof LEAVINGS[number];

/** A client that keeps what it has received. */
export class Visitor {
  received = "";
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #onData = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
      this.#onData();
    });
    // Errors are expected: this client causes them.
    socket.on("error", () => {});
  }

  static open({ port }: { port: number }): Promise<Visitor> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      const visitor = new Visitor(socket);
      socket.once("connect", () => resolve(visitor));
      socket.once("error", reject);
    });
  }

  /** Resolves when the system has taken the text. */
  send(text: string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(text, "latin1", () => resolve()));
  }

  /** Resolves when `length` characters were received, or the connection is closed. */
  async receive(length: number): Promise<void> {
    const arrived = new Promise<void>((resolve) => {
      this.#onData = () => this.received.length >= length && resolve();
      this.#onData();
    });
    await Promise.race([arrived, this.closed]);
  }

  /** Resolves when a text has been received, or the connection is closed. */
  async receiveUntil(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      const { length } = this.received;
      await this.receive(length + 1);
      if (this.received.length === length) return;
    }
  }

  /** Leaves, and waits until the connection is closed. */
  async leave(how: Leaving): Promise<void> {
    if (how === "closes") this.#socket.destroy();
    else if (how === "resets") this.#socket.resetAndDestroy();
    else {
      this.#socket.once("end", () => this.#socket.destroy());
      this.#socket.end();
    }
    await this.closed;
  }
}
