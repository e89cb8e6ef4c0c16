/**
 * Processes whose parent has ended: the system makes them children of process 1, which has to
 * wait for them, or they stay as zombies for ever. In a container, that is this program.
 */
import { type Library, openLibrary } from "./c_library.ts";
import { infoOf } from "./descriptor_facts.ts";
import { readProcessStat } from "./process_stat.ts";
import { every } from "./timers.ts";

/** Milliseconds between two looks. */
const INTERVAL = 1000;

const P_ALL = 0;
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
/** Where the process id is in a siginfo_t of 64-bit systems, and the size of that. */
const SI_PID = 16;
const SIGINFO_LENGTH = 128;

/** A process that a descriptor stands for, in /proc/self/fdinfo: pidfd_open(2). */
const OF_PIDFD = /^Pid:\s+(\d+)$/m;

/**
 * If this is process 1, waits for the orphans that end, about a second after they do. Leaves
 * alone the children that this program has started: whoever did that waits for them. Does
 * nothing without permission to call the C library, or on another system than Linux.
 *
 * @returns A function that ends it.
 */
export function reapOrphans(isFirst = Deno.pid === 1): () => void {
  const library = isFirst ? openLibrary() : null;
  if (library === null) return () => {};
  let before: ReadonlySet<number> = new Set();
  const stop = every(INTERVAL, () => {
    before = hasZombies(library) ? reap(library, before) : new Set();
  });
  return () => {
    stop();
    library[Symbol.dispose]();
  };
}

/** Whether any child is a zombie; leaves it as it is. */
function hasZombies(library: Library): boolean {
  const info = new Uint8Array(SIGINFO_LENGTH);
  library.waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT);
  return new DataView(info.buffer).getInt32(SI_PID, true) !== 0;
}

/**
 * Waits for the zombies that were there at the last look, too. Those of this program are gone
 * within a moment, unless their thread is blocked; but then it has a descriptor for each.
 *
 * @returns The zombies that remain.
 */
function reap(library: Library, before: ReadonlySet<number>): ReadonlySet<number> {
  const remaining = new Set<number>();
  try {
    const zombies = zombieChildren();
    const own = zombies.some((pid) => before.has(pid)) ? ownChildren() : new Set();
    for (const pid of zombies) {
      const isReaped = before.has(pid) && !own.has(pid) &&
        library.waitid(P_PID, pid, new Uint8Array(SIGINFO_LENGTH), WEXITED | WNOHANG) === 0;
      if (!isReaped) remaining.add(pid);
    }
  } catch { // No /proc.
  }
  return remaining;
}

function zombieChildren(): number[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = readProcessStat(name);
    return stat?.state === "Z" && stat.parent === Deno.pid ? [Number(name)] : [];
  });
}

/** The children that the runtime has a descriptor for. */
function ownChildren(): ReadonlySet<unknown> {
  const infos = [...Deno.readDirSync("/proc/self/fdinfo")].map(({ name }) => infoOf(name));
  return new Set(infos.map((info) => Number(OF_PIDFD.exec(info)?.[1])));
}
