import type { Socket as NodeSocket } from "node:net";
import { openLibrary } from "../base/c_library.ts";
import type { Socket } from "./socket.ts";
import { isReset } from "./tcp_info.ts";

/** A client's socket that is a descriptor made a socket of Node's library. */
export class AdoptedSocket implements Socket {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  readonly #socket: NodeSocket;
  /** Received bytes that the last read had no space for. */
  #rest: Uint8Array | null = null;
  #hasEnded = false;
  /** Why reads and writes fail. */
  #error: Error | null = null;
  /** Continues a read. */
  #wake = () => {};

  /**
   * @param socket One that allows half-open connections, and has not been read from.
   * @param descriptor Its file descriptor.
   */
  constructor(socket: NodeSocket, readonly descriptor: number) {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    this.localAddr = addressOf(localAddress, localPort);
    this.remoteAddr = addressOf(remoteAddress, remotePort);
    this.#socket = socket;
    socket.on("readable", () => this.#wake());
    socket.on("end", () => {
      // Node's library of the runtime takes a reset for the end of the stream.
      using library = openLibrary();
      if (library !== null && isReset(library, descriptor)) {
        return this.#fail(new Deno.errors.ConnectionReset("the peer reset the connection"));
      }
      this.#hasEnded = true;
      this.#wake();
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Deno.errors.BadResource("the socket is closed")));
  }

  async read(space: Uint8Array): Promise<number | null> {
    for (;;) {
      const bytes: Uint8Array | null = this.#rest ?? this.#socket.read();
      if (bytes !== null) return this.#deliver(bytes, space);
      if (this.#hasEnded) return null;
      if (this.#error !== null) throw this.#error;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(
        bytes,
        // A write is cancelled when a read fails, which alone says why.
        (error) =>
          error ? reject(runtimeError(this.#socket.errored ?? error)) : resolve(bytes.length),
      );
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.end((error?: Error | null) => error ? reject(runtimeError(error)) : resolve());
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#fail(new Deno.errors.BadResource("the socket is closed"));
  }

  setNoDelay(noDelay: boolean): void {
    this.#socket.setNoDelay(noDelay);
  }

  #deliver(bytes: Uint8Array, space: Uint8Array): number {
    const count = Math.min(bytes.length, space.length);
    space.set(bytes.subarray(0, count));
    this.#rest = count < bytes.length ? bytes.subarray(count) : null;
    return count;
  }

  #fail(error: Error): void {
    this.#error ??= runtimeError(error);
    this.#wake();
  }
}

function addressOf(hostname = "", port = 0): Deno.NetAddr {
  return { transport: "tcp", hostname, port };
}

/** Turns an error of Node's library into the runtime's own. */
function runtimeError(error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case "ECONNRESET":
      return new Deno.errors.ConnectionReset(error.message, { cause: error });
    case "ETIMEDOUT":
      return new Deno.errors.TimedOut(error.message, { cause: error });
    default:
      return error;
  }
}
