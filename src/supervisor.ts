import { delay } from "@std/async/delay";
import type { Order, Plan } from "./plan.ts";
import type { LaneHandle, Place } from "./places/place.ts";

/** How a stop went. */
export interface Stop {
  /** Connections that were cut: by the deadline or by {@linkcode Supervisor.kill}. */
  readonly cut: number;
  /** Whether {@linkcode Supervisor.kill} cut it short. */
  readonly killed: boolean;
}

/** How long a service may still work when its connection is cut, in milliseconds. */
const KILL_PATIENCE = 500;

/** Keeps a plan true: starts its lanes and stops them. */
export class Supervisor {
  readonly #place: Place;
  readonly #lanes: LaneHandle[] = [];
  readonly #kill = Promise.withResolvers<"killed">();
  #stopping: Promise<Stop> | null = null;

  constructor(place: Place) {
    this.#place = place;
  }

  /** The lanes that run. */
  get lanes(): readonly LaneHandle[] {
    return this.#lanes;
  }

  /**
   * Starts the lanes of a plan.
   *
   * @throws {ExitError} If one cannot start; those that did are stopped.
   */
  async start(plan: Plan, order: Omit<Order, "lane" | "maxConnections">): Promise<void> {
    for (let lane = 0; lane < plan.lanes.min; lane++) {
      this.#lanes.push(await this.#place({ ...order, lane, maxConnections: plan.connections }));
    }
  }

  /**
   * Closes the door, drains, and kills at the deadline. A second call joins the
   * first.
   *
   * @param gracefulTimeout Milliseconds that connections have to end by themselves.
   */
  stop(gracefulTimeout: number): Promise<Stop> {
    this.#stopping ??= this.#stop(gracefulTimeout);
    return this.#stopping;
  }

  /** Cuts a stop short: what is still open is closed at once. */
  kill(): void {
    this.#kill.resolve("killed");
  }

  async #stop(gracefulTimeout: number): Promise<Stop> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<"deadline">((resolve) => {
      timer = setTimeout(() => resolve("deadline"), gracefulTimeout);
    });
    const drained = this.#closeAndDrain();
    const outcome = await Promise.race([drained, deadline, this.#kill.promise]);
    clearTimeout(timer);
    const cut = this.#lanes.reduce((sum, lane) => sum + lane.open, 0);
    if (outcome !== "drained") {
      for (const lane of this.#lanes) lane.kill();
      await Promise.race([drained, delay(KILL_PATIENCE)]);
    }
    return { cut, killed: outcome === "killed" };
  }

  async #closeAndDrain(): Promise<"drained"> {
    await Promise.all(this.#lanes.map((lane) => lane.closeDoor()));
    await Promise.all(this.#lanes.map((lane) => lane.drain()));
    return "drained";
  }
}
