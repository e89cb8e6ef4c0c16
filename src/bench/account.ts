import { cpuOf, type CpuTime, memoryOf, switchesOf, treeOf } from "./processes.ts";

/** Milliseconds between two looks. */
const PERIOD = 250;

/** What a server has used. */
export interface Usage {
  /** Microseconds of CPU time. */
  readonly cpu: CpuTime;
  /** Context switches. */
  readonly switches: number;
}

/**
 * Looks after the processes of a server, as often as it must to miss little of
 * those that come and go.
 */
export class Account implements Disposable {
  /** The most bytes of memory that were seen. */
  peakMemory = 0;
  /** The most threads that were seen. */
  peakThreads = 0;
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;
  /** By process, and by thread: of one that is gone the last that was seen. */
  readonly #cpu = new Map<number, CpuTime>();
  readonly #switches = new Map<string, number>();

  /** @param pid Of the server; what it starts belongs to it. */
  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.look(), PERIOD);
    this.look();
  }

  /** Looks now. */
  look(): Usage {
    const tree = treeOf(this.#pid);
    const counts = tree.map(switchesOf);
    for (const pid of tree) {
      const cpu = cpuOf(pid);
      // Of one that is about to be gone the system says nothing any more.
      if (cpu.user + cpu.system > 0) this.#cpu.set(pid, cpu);
    }
    for (const [thread, count] of counts.flatMap((each) => [...each])) {
      this.#switches.set(thread, Math.max(count, this.#switches.get(thread) ?? 0));
    }
    this.peakMemory = Math.max(this.peakMemory, memoryOfTree(tree));
    this.peakThreads = Math.max(this.peakThreads, counts.reduce((sum, { size }) => sum + size, 0));
    const times = [...this.#cpu.values()];
    return {
      cpu: {
        user: times.reduce((sum, { user }) => sum + user, 0),
        system: times.reduce((sum, { system }) => sum + system, 0),
      },
      switches: [...this.#switches.values()].reduce((sum, count) => sum + count, 0),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/**
 * Resident memory of some processes of one program, in bytes: the own of all,
 * and that of files once, as large as it is in any of them.
 */
export function memoryOfTree(tree: readonly number[]): number {
  const all = tree.map(memoryOf);
  const own = all.reduce((sum, each) => sum + each.own, 0);
  return own + Math.max(0, ...all.map(({ files }) => files));
}
