/** The ill-behaved part of the load. */
import type { Chance } from "../chance.ts";
import { MISBEHAVIOURS } from "./leavers.ts";
import { Wire } from "./wire.ts";
import type { World } from "../world.ts";

/** The most ill-behaved clients at the same time. */
const AT_ONCE = 16;
/** How many come per second. */
const RATE = 10;

/** Lets ill-behaved clients come, until it is stopped. */
export class Crowd {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #kinds: readonly { name: string; weight: number }[];
  readonly #wires = new Set<Wire>();
  readonly #running = new Set<Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
    this.#kinds = Object.entries(MISBEHAVIOURS).filter(([name]) => world.includes(name))
      .map(([name, { weight }]) => ({ name, weight }));
  }

  start(): void {
    if (this.#kinds.length === 0) return;
    const rate = this.#world.options.mode === "single" ? RATE / 3 : RATE;
    this.#timer = setTimeout(() => {
      this.start();
      if (this.#running.size >= AT_ONCE) return;
      const run = this.#come(this.#chance.weighted(this.#kinds).name, this.#chance.fork());
      const coming = run.finally(() => this.#running.delete(coming));
      this.#running.add(coming);
    }, this.#chance.interval(rate));
  }

  /** Lets nobody in any more, and makes all leave, by FIN or RST. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#leaveAll();
    await Promise.all(this.#running);
    // Some were only connecting, and may have half-closed since.
    this.#leaveAll();
  }

  #leaveAll(): void {
    for (const wire of this.#wires) wire.leave(this.#chance.among(["closes", "resets"]));
  }

  async #come(name: string, chance: Chance): Promise<void> {
    this.#world.figures.add(`ill ${name}`);
    let wire: Wire;
    try {
      wire = await Wire.open(this.#world.port);
    } catch { // The server refuses: well-behaved clients will tell.
      return;
    }
    this.#wires.add(wire);
    this.#world.cameFrom(wire.port, name);
    void wire.closed.then(() => this.#wires.delete(wire));
    await MISBEHAVIOURS[name]?.run(wire, chance);
  }
}
