import type { SocketLibrary } from "./socket_library.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;
const POLLIN = 1;
const PR_SET_TIMERSLACK = 29;

/** Flags of epoll_ctl(2), to wait for and as events. */
export const READABLE = 0x1;
export const WRITABLE = 0x4;
export const BROKEN = 0x8 | 0x10;

/** The most events that one wait returns. */
const MAX_EVENTS = 1024;
/** struct epoll_event is packed on x86_64 only. */
const EVENT_BYTES = Deno.build.arch === "x86_64" ? 12 : 16;
const DATA_OFFSET = Deno.build.arch === "x86_64" ? 4 : 8;

/** Waits until sockets are readable or writable; see epoll(7). */
export class Poller {
  readonly #library: SocketLibrary;
  readonly #descriptor: number;
  readonly #change = new DataView(new ArrayBuffer(EVENT_BYTES));
  readonly #changeBytes = new Uint8Array(this.#change.buffer);
  readonly #events = new DataView(new ArrayBuffer(EVENT_BYTES * MAX_EVENTS));
  readonly #eventBytes = new Uint8Array(this.#events.buffer);
  /** struct pollfd: the descriptor, and the events to wait for. */
  readonly #pollfd = new Uint8Array(8);
  /** struct timespec. */
  readonly #timespec = new DataView(new ArrayBuffer(16));
  readonly #timespecBytes = new Uint8Array(this.#timespec.buffer);

  constructor(library: SocketLibrary) {
    this.#library = library;
    this.#descriptor = library.epoll_create1(EPOLL_CLOEXEC);
    const view = new DataView(this.#pollfd.buffer);
    view.setInt32(0, this.#descriptor, true);
    view.setInt16(4, POLLIN, true);
    // By default the system may wake a thread 50 us late, which would add to each latency.
    library.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  }

  /** Watches a socket for flags, and always for {@linkcode BROKEN}. */
  add(socket: number, flags: number): void {
    this.#control(EPOLL_CTL_ADD, socket, flags);
  }

  /** Changes the flags that a socket is watched for. Closing a socket ends its watch. */
  change(socket: number, flags: number): void {
    this.#control(EPOLL_CTL_MOD, socket, flags);
  }

  /**
   * Waits for events, which {@linkcode socketOf} and {@linkcode flagsOf} then return.
   *
   * @param timeout Milliseconds; fractions count.
   * @returns The number of events.
   */
  wait(timeout: number): number {
    const whole = Math.max(0, Math.floor(timeout));
    if (whole === 0 && timeout > 0.001) {
      this.#timespec.setBigInt64(8, BigInt(Math.floor(timeout * 1e6)), true);
      this.#library.ppoll(this.#pollfd, 1, this.#timespecBytes, null);
    }
    // A signal may interrupt the wait: then there are no events.
    return Math.max(
      0,
      this.#library.epoll_wait(this.#descriptor, this.#eventBytes, MAX_EVENTS, whole),
    );
  }

  socketOf(event: number): number {
    return this.#events.getInt32(event * EVENT_BYTES + DATA_OFFSET, true);
  }

  flagsOf(event: number): number {
    return this.#events.getUint32(event * EVENT_BYTES, true);
  }

  [Symbol.dispose](): void {
    this.#library.close(this.#descriptor);
  }

  #control(operation: number, socket: number, flags: number): void {
    this.#change.setUint32(0, flags, true);
    this.#change.setInt32(DATA_OFFSET, socket, true);
    this.#library.epoll_ctl(this.#descriptor, operation, socket, this.#changeBytes);
  }
}
