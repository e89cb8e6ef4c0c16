import { type Library, openLibrary } from "../../base/c_library.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM } from "../../base/socket_numbers.ts";
import { later } from "../../base/timers.ts";

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;
/** Bytes of a name in `struct sockaddr_un` (unix(7)), one of them for the end of a path. */
const LONGEST_NAME = 107;

/** Milliseconds between two attempts to send what the manager has not taken. */
const RETRY = 250;
/** Messages that may wait for the manager; earlier ones are dropped. */
const MOST_WAITING = 16;
/** How a message begins that has nothing but a status, of which only the last one counts. */
const STATUS_ALONE = "STATUS=";

const encoder = new TextEncoder();

/** Sends messages to a service manager, in order, and never waits for it. */
export class NotifySocket implements Disposable {
  readonly #library: Library;
  readonly #socket: number;
  readonly #address: Uint8Array<ArrayBuffer>;
  readonly #onOutage: () => void;
  /** What the manager has not taken. */
  readonly #waiting: string[] = [];
  #cancelRetry: (() => void) | null = null;

  /**
   * Opens a socket of its own; the runtime has no datagrams of Unix sockets without a file.
   *
   * @param name The path of the manager's socket, or its abstract name after `@`.
   * @param onOutage Called when the manager does not take a message, once for each outage.
   * @throws {Error} If that cannot be.
   */
  constructor(name: string, onOutage: () => void) {
    this.#address = socketAddress(name);
    const library = openLibrary();
    if (library === null) {
      throw new Error("found no permission to call the C library, expected --allow-ffi on Linux");
    }
    this.#socket = library.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.#socket < 0) {
      library[Symbol.dispose]();
      throw new Error("found no free file descriptor, expected one");
    }
    this.#library = library;
    this.#onOutage = onOutage;
  }

  /** Sends a message now, or as soon as the manager takes it. */
  send(message: string): void {
    if (this.#waiting.length === 0 && this.#attempt(message)) return;
    const isStatus = (text = "") => text.startsWith(STATUS_ALONE);
    if (isStatus(message) && isStatus(this.#waiting.at(-1))) this.#waiting.pop();
    if (this.#waiting.push(message) > MOST_WAITING) this.#waiting.shift();
    if (this.#cancelRetry !== null) return;
    this.#onOutage();
    this.#cancelRetry = later(RETRY, () => this.#retry());
  }

  /** Sends a message that another one follows soon: not at all unless the manager takes it now. */
  sendNow(message: string): void {
    if (this.#waiting.length === 0) this.#attempt(message);
  }

  /** The time as the manager reads it, in microseconds (`CLOCK_MONOTONIC`). */
  monotonicTime(): bigint {
    const time = new BigInt64Array(2);
    this.#library.clock_gettime(CLOCK_MONOTONIC, new Uint8Array(time.buffer));
    const [seconds = 0n, nanoseconds = 0n] = time;
    return seconds * 1_000_000n + nanoseconds / 1000n;
  }

  [Symbol.dispose](): void {
    this.#cancelRetry?.();
    this.#flush();
    this.#library.close(this.#socket);
    this.#library[Symbol.dispose]();
  }

  #retry(): void {
    this.#cancelRetry = this.#flush() ? null : later(RETRY, () => this.#retry());
  }

  /** Returns whether nothing waits any longer. */
  #flush(): boolean {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (!this.#attempt(first)) return false;
      this.#waiting.shift();
    }
    return true;
  }

  #attempt(message: string): boolean {
    const bytes = encoder.encode(message);
    const address = this.#address;
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = this.#library.sendto(
      ...[this.#socket, bytes, BigInt(bytes.length), flags, address, address.length] as const,
    );
    return Number(sent) >= 0;
  }
}

/** `struct sockaddr_un` (unix(7)): an abstract name begins with a NUL, a path ends with one. */
function socketAddress(name: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(name);
  const isAbstract = name.startsWith("@");
  if (!(isAbstract || name.startsWith("/")) || bytes.length < 2 || bytes.length > LONGEST_NAME) {
    throw new Error(
      `found the socket "${name}", expected an absolute path, or a name such as @manager`,
    );
  }
  if (isAbstract) bytes[0] = 0;
  const family = new Uint8Array(new Uint16Array([AF_UNIX]).buffer);
  return new Uint8Array([...family, ...bytes, ...(isAbstract ? [] : [0])]);
}
