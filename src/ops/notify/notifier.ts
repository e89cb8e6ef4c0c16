/** Tells the service manager how the server is: the notify protocol, sd_notify(3). */
import { every } from "../../base/timers.ts";
import { literal, type Logger } from "../../log/logger.ts";
import type { Status } from "../status/status.ts";
import type { NotifyEnvironment } from "./notify_environment.ts";
import { NotifySocket } from "./notify_socket.ts";
import { SignsOfLife } from "./signs_of_life.ts";
import { oneLine, statusLine } from "./status_line.ts";

/** Milliseconds between two looks at the status: the most that the manager hears of it. */
const STATUS_PERIOD = 1000;
/** Milliseconds between two requests for more time to start or stop. */
const EXTENSION_PERIOD = 2000;
/** Milliseconds that each of them asks for; never takes away what the manager gives anyway. */
const EXTENSION = 10_000;

/**
 * Notifies the service manager of the steps of a server's life. While it serves, also of
 * its status, and that it lives. If the main thread is blocked, all of this falls silent.
 */
export class Notifier implements Disposable {
  readonly #socket: NotifySocket;
  readonly #environment: NotifyEnvironment;
  /** Stop the timers. */
  #timers: (() => void)[] = [];
  /** The line that the manager has. */
  #line = "";
  #read: (() => Status) | null = null;
  #isReloading = false;
  #isStopping = false;

  /**
   * Says that the server starts, and asks for time while it does.
   *
   * @returns null if the manager cannot be reached; the log has the reason.
   */
  static open(environment: NotifyEnvironment, log: Logger): Notifier | null {
    try {
      const socket = new NotifySocket(environment.socket, () => {
        log.warn("Cannot notify the service manager, retrying", {
          "file.path": environment.socket,
        });
      });
      return new Notifier(environment, socket);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`Cannot notify the service manager: ${literal(reason)}`);
      return null;
    }
  }

  private constructor(environment: NotifyEnvironment, socket: NotifySocket) {
    this.#environment = environment;
    this.#socket = socket;
    this.#send({}, "Starting");
    this.#askForTime();
  }

  /**
   * The first lanes accept.
   *
   * @param read Reads the status.
   * @param workerTimeout Milliseconds after which Sluice replaces a lane that hangs; 0 is never.
   */
  serving(read: () => Status, workerTimeout: number): void {
    this.#read = read;
    this.#stopTimers();
    const { isOtherThanStarted, watchdog } = this.#environment;
    const main = isOtherThanStarted ? { MAINPID: Deno.pid } : {};
    this.#send({ READY: 1, ...main }, statusLine(read()));
    this.#timers.push(every(STATUS_PERIOD, () => this.#sendStatus()));
    if (watchdog === null) return;
    const signs = new SignsOfLife(watchdog, workerTimeout);
    // At once: the last one may be from the server before this, of the same parent.
    this.#socket.sendNow("WATCHDOG=1");
    this.#timers.push(every(watchdog / 2, () => {
      if (signs.isAlive(read())) this.#socket.sendNow("WATCHDOG=1");
    }));
  }

  /** A reload begins. */
  reloading(): void {
    if (this.#isStopping) return;
    this.#isReloading = true;
    this.#send({ RELOADING: 1, MONOTONIC_USEC: this.#socket.monotonicTime() }, "Reloading");
  }

  /** All reloads that had begun have ended; says why the last one failed, unless that is null. */
  reloaded(failure: string | null): void {
    if (this.#isStopping || !this.#isReloading) return;
    this.#isReloading = false;
    this.#send({ READY: 1 }, failure ?? "Reloaded");
  }

  /** The server begins to stop. */
  stopping(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#send({ STOPPING: 1 }, this.#read === null ? "Stopping" : statusLine(this.#read()));
    this.#askForTime();
  }

  /** The server cannot start or go on, and exits with a code. */
  failed(reason: string, exitCode: number): void {
    this.#send({ EXIT_STATUS: exitCode }, reason);
  }

  [Symbol.dispose](): void {
    this.#stopTimers();
    this.#socket[Symbol.dispose]();
  }

  #askForTime(): void {
    this.#timers.push(every(EXTENSION_PERIOD, () => {
      this.#socket.sendNow(`EXTEND_TIMEOUT_USEC=${EXTENSION * 1000}`);
    }));
  }

  #stopTimers(): void {
    for (const stop of this.#timers) stop();
    this.#timers = [];
  }

  #sendStatus(): void {
    if (this.#read === null || this.#isReloading) return;
    const line = statusLine(this.#read());
    if (line !== this.#line) this.#send({}, line);
  }

  #send(assignments: Readonly<Record<string, bigint | number>>, line: string): void {
    this.#line = line;
    const lines = Object.entries(assignments).map(([name, value]) => `${name}=${value}`);
    this.#socket.send([...lines, `STATUS=${oneLine(line)}`].join("\n"));
  }
}
