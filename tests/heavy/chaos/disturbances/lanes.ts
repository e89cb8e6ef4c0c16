/** What happens to lanes: they crash, hang, are killed, stopped, added and removed. */
import type { Chance } from "../chance.ts";
import { Conversation } from "../clients/conversation.ts";
import {
  ALWAYS,
  type Disturbance,
  hasLanesApart,
  hasProcesses,
  hasThreads,
} from "./disturbance.ts";
import { isClosing } from "../invariants/excuses.ts";
import { Failure } from "../clients/failure.ts";
import type { Subject } from "../server/subject.ts";
import { pause } from "../waiting.ts";

/** Milliseconds in which a lane answers a client that disturbs it. */
const PATIENCE = 20_000;

/** Asks a lane to do something; its name, or null if there was no answer. */
async function tellLane({ world }: Subject, target: string): Promise<string | null> {
  let conversation: Conversation | null = null;
  const timer = setTimeout(() => conversation?.close(), PATIENCE);
  try {
    conversation = await Conversation.open(world);
    const ask = { kind: "disturbance", method: "GET", target };
    const { status } = await conversation.ask({ ...ask, fields: ["Connection: close"] });
    return status === 200 ? conversation.lane : null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return null;
  } finally {
    clearTimeout(timer);
    conversation?.close();
  }
}

async function crash(subject: Subject, chance: Chance): Promise<void> {
  const { world } = subject;
  const how = chance.among(["promise", "timer"]);
  world.timeline.note(`a handler crashes its lane: an error in a ${how}`);
  if (!hasLanesApart(subject)) {
    // The main thread goes on, and so do its clients.
    const close = world.excuses.errors.open("crash", (text) => text.startsWith("Uncaught error"));
    await tellLane(subject, `/crash?how=${how}`);
    return close();
  }
  // The name is known only after the answer.
  let lane: string | null = null;
  world.excuses.loseLane("crash", (name) => name === lane);
  const close = world.excuses.errors.open("crash", (text) => text.startsWith("Worker crashed"));
  lane = await tellLane(subject, `/crash?how=${how}`);
  await pause(300);
  close();
}

/** A lane is blocked, for less than --worker-timeout. */
async function spin(subject: Subject, chance: Chance): Promise<void> {
  const time = chance.between(300, Math.round(subject.setup.timeouts.worker * 0.4));
  subject.world.timeline.note(`a handler blocks its lane for ${time} ms`);
  await tellLane(subject, `/spin?ms=${time}`);
  await pause(time);
}

/** A lane is blocked for longer than --worker-timeout. */
async function hang(subject: Subject): Promise<void> {
  const { world, setup } = subject;
  const time = setup.timeouts.worker + 3000;
  world.timeline.note(`a handler hangs its lane for ${time} ms`);
  subject.hangs++;
  let lane: string | null = null;
  if (hasLanesApart(subject)) {
    world.excuses.loseLane("hang", (name) => name === lane);
  }
  const close = world.excuses.errors.open(
    "hang",
    (message) => /^Worker (hung|crashed)/.test(message),
  );
  const closeClients = world.excuses.troubles.open(
    "hang",
    ({ lane, kind }) => hasLanesApart(subject) && isClosing(kind) && lane === null,
  );
  lane = await tellLane(subject, `/spin?ms=${time}`);
  await pause(time + 1000);
  close();
  closeClients();
}

async function kill(subject: Subject, chance: Chance): Promise<void> {
  const pids = subject.lanePids;
  if (pids.length === 0) return;
  const pid = chance.among(pids);
  subject.world.timeline.note(`KILL of the lane in process ${pid}`);
  subject.world.excuses.loseLane("kill", (lane) => lane.startsWith(`${pid}-`));
  send(pid, "SIGKILL");
  await pause(300);
}

/** A lane stands still, but not for long enough to be replaced. */
async function stopShortly(subject: Subject, chance: Chance): Promise<void> {
  const pids = subject.lanePids;
  if (pids.length === 0) return;
  const pid = chance.among(pids);
  const time = chance.between(200, Math.round(subject.setup.timeouts.worker * 0.5));
  subject.world.timeline.note(`STOP of the lane in process ${pid}, CONT after ${time} ms`);
  send(pid, "SIGSTOP");
  await pause(time);
  send(pid, "SIGCONT");
}

/** A lane stands still until it is replaced. */
async function stopLong(subject: Subject, chance: Chance): Promise<void> {
  const pids = subject.lanePids;
  if (pids.length === 0) return;
  const { excuses, timeline } = subject.world;
  const pid = chance.among(pids);
  const time = subject.setup.timeouts.worker + 2000;
  timeline.note(`STOP of the lane in process ${pid}, for ${time} ms`);
  excuses.loseLane("stop", (lane) => lane.startsWith(`${pid}-`));
  const closes = [
    excuses.errors.open("stop", (message) => /^Worker (hung|crashed)/.test(message)),
    excuses.troubles.open("stop", ({ lane, kind }) => isClosing(kind) && lane === null),
  ];
  send(pid, "SIGSTOP");
  await pause(time);
  send(pid, "SIGCONT");
  closes.forEach((close) => close());
}

/** The whole server stands still, as in a suspended laptop: nothing may be lost. */
async function freeze(subject: Subject): Promise<void> {
  const time = subject.setup.timeouts.worker + 1500;
  const pids = [subject.process.pid, ...subject.lanePids];
  subject.world.timeline.note(`STOP of all processes, CONT after ${time} ms`);
  for (const pid of pids) send(pid, "SIGSTOP");
  await pause(time);
  for (const pid of pids.toReversed()) send(pid, "SIGCONT");
  await pause(500);
}

async function resize(subject: Subject, chance: Chance): Promise<void> {
  const { world, process, setup } = subject;
  const signals = chance.shuffled(["SIGTTIN", "SIGTTOU"] as const);
  // A process that ends takes its accept queue along.
  const close = world.excuses.troubles.open(
    "ttou",
    ({ lane, kind }) => setup.mode === "forked" && isClosing(kind) && lane === null,
  );
  for (const signal of signals) {
    world.timeline.note(signal.slice(3));
    process.kill(signal);
    await pause(chance.between(200, 1200));
  }
  close();
}

/** A handler speaks to the server in the words of a lane. */
async function forge(subject: Subject): Promise<void> {
  subject.world.timeline.note("a handler posts forged messages of a lane");
  await tellLane(subject, "/forge");
  await pause(300);
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch { // It is gone.
  }
}

/** A server ends when four of its threads have hung. */
function mayHang(subject: Subject): boolean {
  return !hasThreads(subject) || subject.hangs < 2;
}

/** What happens to lanes. */
export const LANE_DISTURBANCES: readonly Disturbance[] = [
  { name: "crash", about: "a handler's uncaught error", fits: ALWAYS, run: crash },
  { name: "spin", about: "a handler blocks for a while", fits: ALWAYS, run: spin },
  { name: "hang", about: "a handler blocks beyond --worker-timeout", fits: mayHang, run: hang },
  { name: "kill", about: "KILL of a process", fits: hasProcesses, run: kill },
  { name: "stop-short", about: "STOP and CONT of a process", fits: hasProcesses, run: stopShortly },
  { name: "stop-long", about: "STOP beyond --worker-timeout", fits: hasProcesses, run: stopLong },
  { name: "freeze", about: "STOP and CONT of all processes", fits: ALWAYS, run: freeze },
  { name: "resize", about: "TTIN and TTOU, in either order", fits: ALWAYS, run: resize },
  { name: "forge", about: "a handler posts messages of a lane", fits: hasLanesApart, run: forge },
];
