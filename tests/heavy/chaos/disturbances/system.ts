/** What happens around a server: disks, pipes, descriptors, crowds. */
import type { Chance } from "../chance.ts";
import { ALWAYS, type Disturbance, hasThreads } from "./disturbance.ts";
import { isClosing } from "../invariants/excuses.ts";
import { reload } from "./reloads.ts";
import { MAX_CONNECTIONS } from "../server/server_arguments.ts";
import type { Subject } from "../server/subject.ts";
import { pause } from "../waiting.ts";
import { Wire } from "../clients/wire.ts";

/** The disk of the logs, the status and the pid file has no room. */
async function fillDisk({ world, place }: Subject, chance: Chance): Promise<void> {
  const time = chance.between(800, 2500);
  world.timeline.note(`the disk is full for ${time} ms`);
  const filler = `${place.outside}/filler`;
  const file = await Deno.open(filler, { write: true, create: true });
  const block = new Uint8Array(256 * 1024);
  const end = performance.now() + time;
  while (performance.now() < end) {
    try {
      file.writeSync(block);
    } catch { // It is full; logs may have been removed meanwhile.
      await pause(50);
    }
  }
  file.close();
  await Deno.remove(filler);
  // A write is tried again every second.
  await pause(1200);
}

/** Logrotate: the access log is renamed, and the server told. */
async function rotate(subject: Subject): Promise<void> {
  const { outside } = subject.place;
  subject.world.timeline.note("the logs are renamed");
  for (const name of ["access.log", ...(subject.setup.isLogFile ? ["server.log"] : [])]) {
    await Deno.rename(`${outside}/${name}`, `${outside}/${name}.old`);
  }
  await reload(subject, "good");
}

/** Nobody reads standard output for a while. */
async function stallLog({ world, process }: Subject, chance: Chance): Promise<void> {
  const time = chance.between(500, 3000);
  world.timeline.note(`nobody reads standard output for ${time} ms`);
  const until = pause(time);
  process.stallReading(until);
  await until;
}

/** The reader of the access log goes away, and comes back. */
async function leaveFifo(subject: Subject, chance: Chance): Promise<void> {
  const { world, fifo } = subject;
  const time = chance.between(100, 1500);
  world.timeline.note(`the reader of the access log is away for ${time} ms`);
  const close = world.excuses.unlogged.open("fifo");
  await fifo?.leave();
  await pause(time);
  fifo?.come();
  await reload(subject, "good");
  close();
}

/** More clients than --max-connections, all silent. */
async function burst({ world, setup }: Subject, chance: Chance): Promise<void> {
  const size = MAX_CONNECTIONS + 60;
  const time = chance.between(300, 1500);
  world.timeline.note(`a burst of ${size} clients for ${time} ms`);
  const close = world.excuses.troubles.open(
    "burst",
    ({ kind, status }) => setup.overload === "refuse" && (status === 503 || isClosing(kind)),
  );
  const wires = await Promise.allSettled(Array.from({ length: size }, () => Wire.open(world.port)));
  for (const wire of wires) {
    if (wire.status === "fulfilled") world.cameFrom(wire.value.port, "burst");
  }
  await pause(time);
  for (const wire of wires) {
    if (wire.status === "fulfilled") wire.value.leave(chance.among(["closes", "resets"]));
  }
  await pause(300);
  close();
}

/** The server has hardly any descriptors left. */
async function starve(subject: Subject, chance: Chance): Promise<void> {
  const { world, process, lanePids } = subject;
  const pid = lanePids.length > 0 ? chance.among(lanePids) : process.pid;
  const time = chance.between(500, 2500);
  const open = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  world.timeline.note(`${open + 3} descriptors for process ${pid} for ${time} ms`);
  const close = world.excuses.troubles.open("descriptors", ({ status }) => status === 503);
  const closeErrors = world.excuses.errors.open(
    "descriptors",
    (message) => /^(Cannot (accept|start|reload)|Worker|Request failed|Uncaught)/.test(message),
  );
  const before = await limit(pid, String(open + 3));
  await pause(time);
  await limit(pid, before);
  await pause(1200);
  close();
  closeErrors();
}

/** Sets the soft limit of descriptors; returns the one before. */
async function limit(pid: number, soft: string): Promise<string> {
  const limits = await Deno.readTextFile(`/proc/${pid}/limits`).catch(() => "");
  const [, before = "1024"] = /Max open files\s+(\d+)/.exec(limits) ?? [];
  await new Deno.Command("prlimit", { args: ["--pid", String(pid), `--nofile=${soft}:`] }).output();
  return before;
}

/** The runtime panics if it cannot start a thread, so this is left out unless it is asked for. */
function mayStarve(subject: Subject): boolean {
  return !hasThreads(subject) || subject.world.options.only.includes("descriptors");
}

/** What happens around a server. */
export const SYSTEM_DISTURBANCES: readonly Disturbance[] = [
  {
    ...{ name: "disk-full", about: "no room for logs, status and pid file", run: fillDisk },
    fits: ({ place }) => place.isSmall,
  },
  {
    ...{ name: "rotate", about: "the access log is renamed, then HUP", run: rotate },
    fits: ({ fifo }) => fifo === null,
  },
  {
    ...{ name: "fifo-reader", about: "the reader of a FIFO leaves and returns", run: leaveFifo },
    fits: ({ fifo }) => fifo !== null,
  },
  {
    ...{ name: "stall-log", about: "nobody reads standard output", run: stallLog },
    fits: ({ setup }) => !setup.isLogFile,
  },
  { name: "burst", about: "more clients than --max-connections", fits: ALWAYS, run: burst },
  { name: "descriptors", about: "hardly any descriptors are left", fits: mayStarve, run: starve },
];
