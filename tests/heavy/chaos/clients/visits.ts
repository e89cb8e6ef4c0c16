/** The load: well-behaved clients that come, ask, and leave. */
import type { Chance } from "../chance.ts";
import { Conversation } from "./conversation.ts";
import { type Exchange, EXCHANGES } from "./exchanges.ts";
import { Failure } from "./failure.ts";
import { pause } from "../waiting.ts";
import type { World } from "../world.ts";

/** Milliseconds that a client waits for an answer to its end. */
const PATIENCE = 45_000;

/** How clients of a mode come. */
interface Arrivals {
  /** Visits per second. */
  readonly rate: number;
  /** The most visitors at the same time; others do not come. */
  readonly atOnce: number;
  /** The most exchanges of a visit. */
  readonly exchanges: number;
  /** The longest pause between two exchanges, in milliseconds. */
  readonly pause: number;
  readonly kinds: readonly Exchange[];
}

/** How clients come: a server for one connection gets short visits only. */
function arrivalsFor({ options: { mode, rate } }: World): Arrivals {
  if (mode === "single") {
    const kinds = EXCHANGES.filter(({ isLong }) => isLong !== true);
    return { rate: rate ?? 8, atOnce: 6, exchanges: 1, pause: 0, kinds };
  }
  return { rate: rate ?? 12, atOnce: 24, exchanges: 12, pause: 250, kinds: EXCHANGES };
}

/** Lets visitors come, until it is stopped. */
export class Visits {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #arrivals: Arrivals;
  readonly #visiting = new Set<Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
    this.#arrivals = arrivalsFor(world);
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.start();
      if (this.#visiting.size >= this.#arrivals.atOnce) return this.#world.figures.add("kept away");
      const visit = this.#visit(this.#chance.fork()).finally(() => this.#visiting.delete(visit));
      this.#visiting.add(visit);
    }, this.#chance.interval(this.#arrivals.rate));
  }

  /** Lets nobody in any more; visits end after their current exchange. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Lets nobody in any more, and waits until all have left. */
  async stop(): Promise<void> {
    this.close();
    await Promise.all(this.#visiting);
  }

  async #visit(chance: Chance): Promise<void> {
    this.#world.figures.add("visits");
    const visitor = new Visitor(this.#world);
    const { exchanges, kinds, pause: longest } = this.#arrivals;
    // Where there are several, the first answer names the lane.
    let exchange = exchanges === 1 ? chance.weighted(kinds) : EXCHANGES[0] as Exchange;
    for (let left = chance.between(1, exchanges); left > 0; left--) {
      if (!await visitor.make(exchange, chance)) break;
      if (this.#timer === null) break;
      await pause(chance.below(longest + 1));
      exchange = chance.weighted(kinds);
    }
    visitor.leave();
  }
}

/** A client that keeps its connection where it may. */
class Visitor {
  readonly #world: World;
  #conversation: Conversation | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  /** @returns Whether all went well. */
  async make(exchange: Exchange, chance: Chance, isRetry = false): Promise<boolean> {
    const begun = performance.now();
    const idle = begun - (this.#conversation?.lastUsed ?? begun);
    if (this.#conversation !== null) await letEventsIn();
    if (this.#conversation?.isOpen !== true) this.leave();
    try {
      await this.#make(exchange, chance);
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const isCrossing = error.kind === "lost" && (this.#conversation?.used ?? 0) > 0;
      const { kind, status } = error;
      this.#world.keepTrouble({
        ...{ kind, status, isCrossing, idle, begun, ended: performance.now() },
        text: `${exchange.name}: ${error.message}${
          isCrossing ? `, after ${Math.round(idle)} ms idle` : ""
        }`,
        lane: this.#conversation?.lane ?? null,
      });
      this.leave();
      this.#world.figures.add(isCrossing ? "crossed" : "failed");
      return isCrossing && exchange.isIdempotent && !isRetry &&
        await this.make(exchange, chance, true);
    }
  }

  leave(): void {
    this.#conversation?.close();
    this.#conversation = null;
  }

  async #make(exchange: Exchange, chance: Chance): Promise<void> {
    const begun = performance.now();
    let timer;
    const late = new Promise<never>((_, reject) => {
      const failure = new Failure("slow", `no answer within ${PATIENCE / 1000} s`);
      timer = setTimeout(() => reject(failure), PATIENCE);
    });
    try {
      await Promise.race([late, this.#run(exchange, chance)]);
    } finally {
      clearTimeout(timer);
    }
    this.#world.figures.add(`well ${exchange.name}`);
    if (exchange.name === "get") this.#world.figures.took(performance.now() - begun);
  }

  async #run(exchange: Exchange, chance: Chance): Promise<void> {
    this.#conversation ??= await Conversation.open(this.#world);
    await exchange.run(this.#conversation, chance);
  }
}

/** Lets this process see that a connection was closed, even if it was busy until now. */
async function letEventsIn(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await pause(0);
}
