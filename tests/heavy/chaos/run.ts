/** One run: a server in one mode, its load, its disturbances, its end. */
import { Chance } from "./chance.ts";
import { Crowd } from "./clients/crowd.ts";
import type { Disturbance } from "./disturbances/disturbance.ts";
import { checkRecords, end } from "./invariants/ending.ts";
import type { ChaosOptions } from "./options.ts";
import { makePlace } from "./server/places.ts";
import { probe } from "./server/probe.ts";
import { type Baseline, checkMemory, checkQuiet } from "./invariants/quiet.ts";
import { DISTURBANCES } from "./disturbances/registry.ts";
import { timeoutsFor } from "./server/server_arguments.ts";
import { checkStarts } from "./disturbances/start_checks.ts";
import { Subject } from "./server/subject.ts";
import { Visits } from "./clients/visits.ts";
import { pause } from "./waiting.ts";
import { World } from "./world.ts";

/** Milliseconds of load before the first quiet window, which gives the baseline. */
const WARM_UP = 3000;
/** Disturbances between two quiet windows. */
const IN_ROUND = [3, 7] as const;

/** Runs the server, and returns what happened. */
export async function runChaos(options: ChaosOptions): Promise<World> {
  const world = new World(options);
  const chance = new Chance(options.seed);
  const { slowness, hasStartTimeout, lostPerThread } = await probe(options.command);
  world.slowness = slowness;
  world.lostPerThread = lostPerThread;
  world.timeline.say(
    `--mode ${options.mode} --seed ${options.seed}, ${options.command.join(" ")}, ` +
      `deadlines x ${slowness.toFixed(1)}`,
  );
  await checkStarts(world, chance.fork(), hasStartTimeout);
  await using place = await makePlace(options.duration / 1000 + 3600);
  const hasFifo = options.only.includes("fifo-reader") || chance.happens(0.3);
  const setup = {
    ...{
      mode: options.mode,
      folder: place.inside,
      timeouts: timeoutsFor(slowness),
      hasStartTimeout,
    },
    isLogFile: chance.happens(0.3),
    overload: options.mode !== "single" && chance.happens(0.3) ? "refuse" : "wait",
  } as const;
  await using subject = await Subject.start(world, place, setup, hasFifo);
  const baseline = await disturb(subject, chance);
  await stop(subject, chance);
  if (baseline !== null) checkMemory(subject, baseline);
  return world;
}

/** Rounds of load and disturbances, with quiet windows between them. */
async function disturb(subject: Subject, chance: Chance): Promise<Baseline | null> {
  const { world } = subject;
  const until = performance.now() + world.options.duration;
  let baseline = await round(subject, chance, null, () => pause(WARM_UP));
  const deck = new Deck(subject, chance);
  do {
    baseline = await round(subject, chance, baseline, async () => {
      for (let left = chance.between(...IN_ROUND); left > 0; left--) {
        await pause(chance.between(100, 800));
        const disturbance = deck.next();
        if (disturbance === null) await pause(2000);
        else {
          world.figures.add(`disturbance ${disturbance.name}`);
          await disturbance.run(subject, chance.fork());
        }
        if (performance.now() > until || !subject.process.isRunning) return;
      }
    });
  } while (performance.now() < until && subject.process.isRunning);
  return baseline;
}

/** Disturbs a server under load, then checks it without load. */
async function round(
  subject: Subject,
  chance: Chance,
  baseline: Baseline | null,
  disturb: () => Promise<void>,
): Promise<Baseline | null> {
  const [visits, crowd] = [
    new Visits(subject.world, chance.fork()),
    new Crowd(subject.world, chance.fork()),
  ];
  visits.start();
  crowd.start();
  await disturb();
  await Promise.all([visits.stop(), crowd.stop()]);
  return await checkQuiet(subject, baseline);
}

/** Ends the server under load. */
async function stop(subject: Subject, chance: Chance): Promise<void> {
  const [visits, crowd] = [
    new Visits(subject.world, chance.fork()),
    new Crowd(subject.world, chance.fork()),
  ];
  if (subject.process.isRunning) {
    visits.start();
    crowd.start();
    await pause(1500);
  }
  // Some come after the signal, and are refused.
  const timer = setTimeout(() => visits.close(), 2000);
  await end(subject, chance);
  clearTimeout(timer);
  await Promise.all([visits.stop(), crowd.stop()]);
  await subject.finish();
  checkRecords(subject);
}

/** All disturbances in random order, then again in another. */
class Deck {
  readonly #subject: Subject;
  readonly #chance: Chance;
  #left: Disturbance[] = [];

  constructor(subject: Subject, chance: Chance) {
    this.#subject = subject;
    this.#chance = chance;
  }

  /** Null if there are none. */
  next(): Disturbance | null {
    const fits = (one: Disturbance) => one.fits(this.#subject);
    this.#left = this.#left.filter(fits);
    if (this.#left.length === 0) {
      const { world } = this.#subject;
      const all = DISTURBANCES.filter(({ name }) => world.includes(name)).filter(fits);
      this.#left = this.#chance.shuffled(all);
    }
    return this.#left.pop() ?? null;
  }
}
