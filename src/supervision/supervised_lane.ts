import type { Exit, LaneHandle } from "../places/handle.ts";
import type { Order } from "../lane/order.ts";
import type { Plan } from "../modes/mode.ts";
import type { LaneState, Row } from "../lane/scoreboard.ts";
import { Pulse } from "./heartbeat.ts";
import { Lifetime } from "./lifetime.ts";
import type { SupervisionSettings } from "./settings.ts";

/** What all lanes of a generation are told alike. */
export type Work = Omit<Order, "lane" | "generation" | "row" | "takeOver" | "heartbeat">;

/** All lanes since a reload. */
export interface Generation {
  /** How many reloads came before it. */
  readonly number: number;
  readonly plan: Plan;
  readonly work: Work;
}

/** How long a service may still work when its connection is cut, in milliseconds. */
export const KILL_PATIENCE = 500;
/** How long a lane may take to say that its door is closed, in milliseconds. */
const DOOR_PATIENCE = 1000;
/** A lane that has lived so long after it was ready did not die early, in milliseconds. */
const GROWN_UP = 1000;

/** A lane as its supervisor sees it. */
export class SupervisedLane {
  readonly handle: LaneHandle;
  readonly row: Row;
  readonly generation: Generation;
  readonly number: number;
  readonly pulse: Pulse;
  /** What is known of its useful life; null before it is ready. */
  lifetime: Lifetime | null = null;
  /** Whether its supervisor has been told that it may hang. */
  isSuspect = false;
  /** Whether another is on its way to take its place. */
  isLeaving = false;
  /** Resolves when it is gone. */
  readonly gone: Promise<Exit>;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #readySince: number | null = null;
  #lastUse = performance.now();
  #lastAccepted = 0;

  /** @param heartbeat Milliseconds between two looks at its pulse. */
  constructor(
    handle: LaneHandle,
    number: number,
    row: Row,
    generation: Generation,
    settings: SupervisionSettings,
    heartbeat: number,
  ) {
    this.row = row;
    this.generation = generation;
    this.number = number;
    this.pulse = new Pulse(row, settings.workerTimeout, heartbeat);
    this.handle = handle;
    this.gone = handle.exited;
    void this.gone.then(() => this.#timers.forEach(clearTimeout));
  }

  get state(): LaneState {
    return this.row.state;
  }

  /** Whether it takes new connections, or will. */
  get isServing(): boolean {
    return !this.isLeaving && (this.state === "ready" || this.state === "starting");
  }

  /** How long it has had nothing to do, in milliseconds, as far as looks at intervals can tell. */
  get idleTime(): number {
    const accepted = this.row.get("accepted");
    if (accepted !== this.#lastAccepted || this.row.open > 0) this.#lastUse = performance.now();
    this.#lastAccepted = accepted;
    return performance.now() - this.#lastUse;
  }

  /** Whether it could take one more connection. */
  get hasRoom(): boolean {
    return this.row.open < this.generation.plan.connections;
  }

  /** Whether it shows that lanes can live: it has served somebody, or lived for a while. */
  get hasLived(): boolean {
    if (this.row.get("accepted") > 0) return true;
    return this.#readySince !== null && performance.now() - this.#readySince >= GROWN_UP;
  }

  becameReady(settings: SupervisionSettings): void {
    if (this.state === "starting") this.row.state = "ready";
    this.#readySince = performance.now();
    this.lifetime = new Lifetime(this.row, settings);
  }

  /**
   * Takes no new connections; those that are open may go on until the timeout.
   * Resolves when it takes none any more, or gives no answer.
   */
  async retire({ retireTimeout, gracefulTimeout }: SupervisionSettings): Promise<void> {
    if (!await this.#isOpen()) return;
    this.row.state = "retiring";
    if (retireTimeout > 0) {
      this.#after(retireTimeout, () => {
        this.drain();
        this.#after(gracefulTimeout, () => this.cut());
      });
    }
    await this.#patiently(this.handle.retire());
  }

  /** Stops accepting; resolves when the door is closed, or gives no answer. */
  async stopAccepting(): Promise<void> {
    if (await this.#isOpen()) await this.#patiently(this.handle.stopAccepting());
  }

  drain(): void {
    if (this.state === "starting") return this.handle.abandon();
    this.row.state = "draining";
    this.handle.drain();
  }

  /** Closes its connections, and ends it soon if it does not end by itself. */
  cut(): void {
    this.handle.kill();
    this.#after(KILL_PATIENCE, () => this.handle.abandon());
  }

  /**
   * Whether it takes connections. One that is starting may have begun to, before
   * it could say so: its word is waited for, and without it the lane is ended.
   */
  async #isOpen(): Promise<boolean> {
    if (this.state === "starting") {
      await this.#patiently(this.handle.ready.then(() => {}, () => {}));
      if (this.state === "starting") this.handle.abandon();
    }
    return this.state === "ready";
  }

  async #patiently(answer: Promise<void>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    this.#after(DOOR_PATIENCE, resolve);
    await Promise.race([answer, late]);
  }

  #after(milliseconds: number, act: () => void): void {
    this.#timers.push(setTimeout(act, milliseconds));
  }
}
