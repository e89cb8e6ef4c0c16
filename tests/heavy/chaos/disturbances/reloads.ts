/** Reloads, with code of all kinds. */
import { isClosing } from "../invariants/excuses.ts";
import type { Code } from "../server/handler_code.ts";
import { ALWAYS, type Disturbance, hasLanesApart } from "./disturbance.ts";
import type { Subject } from "../server/subject.ts";
import { probe } from "../server/probe.ts";
import { pause } from "../waiting.ts";
import type { World } from "../world.ts";

/** Code that loads, then code that does not. */
const GOOD: readonly Code[] = ["good", "slow"];

/** Reloads, and checks that it ends as the code deserves. */
export async function reload(subject: Subject, code: Code): Promise<void> {
  const { world, log } = subject;
  const isGood = GOOD.includes(code);
  await subject.write(code);
  const since = performance.now();
  world.timeline.note(`HUP with code that is ${code}`);
  const close = isGood ? null : world.excuses.errors.open(code, isCannotReload);
  subject.hangUp();
  const outcome = await subject.reloaded(since);
  // A lane may have begun just before to load the same code.
  if (close !== null) void pause(subject.setup.timeouts.start).then(close);
  const took = Math.round(performance.now() - since);
  if (outcome === null) {
    world.violations.add("reload", `no outcome within ${took} ms (${code} code)`);
  } else if (isGood && outcome.message.includes("--start-timeout") && await isSlowNow(world)) {
    world.timeline.say("  --start-timeout has passed: the machine is much slower than before");
    world.excuses.errors.open("slow machine", isCannotReload)();
  } else if (outcome.isGood !== isGood) {
    world.violations.add("reload", `${code} code: ${outcome.message.slice(0, 200)}`);
  } else world.timeline.say(`  ${outcome.message.slice(0, 60)} after ${took} ms`);
  // Where a reload hangs, the next record would be taken for the one of the next reload.
  if (log.reloads.length > 10_000) log.reloads.splice(0, 5000);
}

/** Whether the machine has become so slow that the deadlines of the start do not fit. */
async function isSlowNow({ slowness, options }: World): Promise<boolean> {
  return (await probe(options.command)).slowness > 1.3 * slowness;
}

/** Good code is in service again. */
async function restore(subject: Subject): Promise<void> {
  if (subject.process.isRunning) await reload(subject, "good");
}

/** Loads code whose lanes die after they have started, then good code. */
async function reloadDying(subject: Subject, code: Code): Promise<void> {
  const { world } = subject;
  const { excuses } = world;
  await subject.write(code);
  const { version } = subject;
  world.timeline.note(`HUP with code that ${code} soon after it has loaded`);
  const isOfVersion = (lane: string) => lane.endsWith(`-v${version}`);
  const closes = [
    excuses.troubles.open(
      code,
      ({ kind, lane }) => isClosing(kind) && (lane === null || isOfVersion(lane)),
    ),
    excuses.errors.open(code),
    excuses.unlogged.open(code),
  ];
  const since = performance.now();
  subject.hangUp();
  if (await subject.reloaded(since) === null) {
    world.violations.add("reload", `no outcome within ${performance.now() - since} ms (${code})`);
  }
  await restore(subject);
  closes.forEach((close) => close());
}

async function reloadTwice(subject: Subject): Promise<void> {
  await subject.write("slow");
  subject.world.timeline.note("HUP with code that is slow, and again while it loads");
  const since = performance.now();
  subject.hangUp();
  await pause(1300);
  await subject.write("good");
  subject.hangUp();
  const first = await subject.reloaded(since);
  if (first === null || await subject.reloaded(first.at) === null) {
    subject.world.violations.add("reload", "no outcome of the second of two reloads");
  }
}

/** Lanes that are started meanwhile load the same code. */
function isCannotReload(message: string): boolean {
  return /^Cannot (reload|start another worker)/.test(message);
}

function simple(name: string, about: string, code: Code): Disturbance {
  return {
    ...{ name, about, fits: ALWAYS },
    async run(subject) {
      await reload(subject, code);
      // What the lanes do not load now, they would load when they are replaced.
      if (!GOOD.includes(code)) await restore(subject);
    },
  };
}

/** Reloads. */
export const RELOADS: readonly Disturbance[] = [
  simple("hup-good", "reload good code", "good"),
  simple("hup-slow", "reload code that loads for a while", "slow"),
  simple("hup-syntax", "reload code that is no code", "syntax"),
  simple("hup-missing", "reload code whose import is missing", "missing"),
  simple("hup-throws", "reload code that throws", "throws"),
  simple("hup-never", "reload code that never loads", "never"),
  {
    ...simple("hup-partly", "reload code that loads in one lane alone", "partly"),
    fits: hasLanesApart,
  },
  { name: "hup-twice", about: "reload while a reload runs", fits: ALWAYS, run: reloadTwice },
  {
    ...{ name: "hup-dies", about: "reload code that throws after its start", fits: ALWAYS },
    run: (subject) => reloadDying(subject, "dies"),
  },
  {
    ...{ name: "hup-exits", about: "reload code that exits after its start", fits: hasLanesApart },
    run: (subject) => reloadDying(subject, "exits"),
  },
];
