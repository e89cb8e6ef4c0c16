import type { HandledSignal } from "../../base/signals.ts";
import { later } from "../../base/timers.ts";
import { isFinal } from "./final_codes.ts";
import type { HeldSockets } from "./held_sockets.ts";
import { Pauses } from "./pauses.ts";
import { ServerProcess } from "./server_process.ts";
import type { Crash } from "./word.ts";

/** How long a server has served before a spare is started, in milliseconds: the clients come first. */
const SETTLED = 500;
/** When a spare that has died is replaced, in milliseconds. */
const SPARE_PAUSE = 5000;

/** How long a server may take to say that it stops on a signal of its terminal, in milliseconds. */
const TERMINAL_PATIENCE = 1000;

/** What the parent needs of its surroundings. */
interface Surroundings {
  /** The arguments of the program, with which the server starts. */
  readonly args: readonly string[];
  readonly sockets: HeldSockets;
  /** Whether a terminal sends INT and QUIT to the server itself. */
  readonly isTerminal: boolean;
  /** Called when the next server waits because others have died in a row. */
  onPause(crash: Crash, pause: number): void;
}

/**
 * Keeps a server alive: starts it, starts it again whenever it dies, and passes signals on to
 * it. A spare, which has loaded the program, stands by to take over at once.
 */
export class Respawner {
  readonly #surroundings: Surroundings;
  readonly #pauses = new Pauses();
  readonly #stopped = Promise.withResolvers<void>();
  #server: ServerProcess | null = null;
  #spare: ServerProcess | null = null;
  #isStopping = false;
  #restarts = 0;
  #cancelSpare = (): void => {};

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Resolves when the server has ended for good: as it was told to, by a mistake of the user's,
   * or before it ever served.
   *
   * @returns The exit code.
   * @throws {ExitError} 70 if it cannot be started.
   */
  async run(): Promise<number> {
    let hasServed = false;
    let crash: Crash | null = null;
    try {
      for (;;) {
        const server = this.#next(crash);
        const status = await server.status;
        this.#server = null;
        this.#cancelSpare();
        hasServed ||= server.readyAt !== null;
        if (this.#isStopping || !hasServed || isFinal(status)) return status.code;
        crash = this.#crashOf(server, status);
        const { readyAt } = server;
        const pause = this.#pauses.died(readyAt === null ? 0 : performance.now() - readyAt);
        if (pause > 0) await this.#pause(crash, pause);
        if (this.#isStopping) return 0;
      }
    } finally {
      this.#letGo();
    }
  }

  /** Passes a signal on to the server. */
  receive(signal: HandledSignal): void {
    const isEnd = signal === "SIGTERM" || signal === "SIGINT" || signal === "SIGQUIT";
    if (isEnd) this.#letGo();
    const server = this.#server;
    if (server === null) return;
    if (!isEnd) return void server.ready.then(() => server.send(signal));
    if (!this.#surroundings.isTerminal || signal === "SIGTERM") return server.send(signal);
    // Unless somebody has sent it to this process alone.
    const cancel = later(TERMINAL_PATIENCE, () => server.send(signal));
    void Promise.race([server.stopping, server.status]).then(cancel);
  }

  /** Starts a server, or tells the spare to serve. */
  #next(crash: Crash | null): ServerProcess {
    const spare = this.#spare;
    this.#spare = null;
    let server: ServerProcess;
    if (crash !== null && spare !== null && !spare.hasEnded) {
      server = spare;
      server.serve(crash);
    } else {
      server = this.#start(false, crash);
    }
    this.#server = server;
    void server.stopping.then(() => this.#letGo());
    void server.ready.then(() => {
      if (server === this.#server) this.#startSpare(SETTLED);
    });
    return server;
  }

  #start(isSpare: boolean, crash: Crash | null): ServerProcess {
    const { args, sockets } = this.#surroundings;
    return new ServerProcess({ args, sockets: sockets.descriptors, isSpare, crash });
  }

  #startSpare(pause: number): void {
    this.#cancelSpare();
    if (this.#isStopping) return;
    this.#cancelSpare = later(pause, () => {
      let spare: ServerProcess;
      try {
        spare = this.#start(true, null);
      } catch { // The system is short of something: the next server starts without.
        return this.#startSpare(SPARE_PAUSE);
      }
      this.#spare = spare;
      void spare.status.then(() => {
        if (spare !== this.#spare) return;
        this.#spare = null;
        this.#startSpare(SPARE_PAUSE);
      });
    });
  }

  #crashOf({ startedAt, pid }: ServerProcess, { code, signal }: Deno.CommandStatus): Crash {
    this.#restarts++;
    return {
      at: Date.now(),
      code: signal === null ? code : null,
      signal,
      uptime: Math.round(performance.now() - startedAt),
      pid,
      restarts: this.#restarts,
    };
  }

  async #pause(crash: Crash, pause: number): Promise<void> {
    this.#surroundings.onPause(crash, pause);
    const over = Promise.withResolvers<void>();
    const cancel = later(pause, over.resolve);
    await Promise.race([over.promise, this.#stopped.promise]);
    cancel();
  }

  /** Leaves the sockets to the server alone, which closes them when it stops, and starts none again. */
  #letGo(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#stopped.resolve();
    this.#surroundings.sockets.close();
    this.#cancelSpare();
    const spare = this.#spare;
    this.#spare = null;
    spare?.send("SIGKILL");
  }
}
