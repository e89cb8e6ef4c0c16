import { cpuOf, type CpuTime, memoryOf, switchesOf, treeOf } from "./processes.ts";

/** Milliseconds between two samples. */
const PERIOD = 250;

/** What a server has used so far. */
export interface Usage {
  /** In microseconds. */
  readonly cpu: CpuTime;
  /** Context switches. */
  readonly switches: number;
}

/** Samples the processes of a server, often enough to miss little of short-lived ones. */
export class UsageMonitor implements Disposable {
  /** The most bytes of memory seen. */
  peakMemory = 0;
  /** The most threads seen. */
  peakThreads = 0;
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The last values of each process and thread, including those that have ended. */
  readonly #cpu = new Map<number, CpuTime>();
  readonly #switches = new Map<string, number>();

  /** @param pid The server; its descendants count too. */
  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.sample(), PERIOD);
    this.sample();
  }

  /** Takes a sample now. */
  sample(): Usage {
    const tree = treeOf(this.#pid);
    const counts = tree.map(switchesOf);
    for (const pid of tree) {
      const cpu = cpuOf(pid);
      // The system reports nothing of a process that is about to be gone.
      if (cpu.user + cpu.system > 0) this.#cpu.set(pid, cpu);
    }
    for (const [thread, count] of counts.flatMap((each) => [...each])) {
      this.#switches.set(thread, Math.max(count, this.#switches.get(thread) ?? 0));
    }
    this.peakMemory = Math.max(this.peakMemory, memoryOfTree(tree));
    this.peakThreads = Math.max(this.peakThreads, sum(counts.map(({ size }) => size)));
    const times = [...this.#cpu.values()];
    return {
      cpu: {
        user: sum(times.map(({ user }) => user)),
        system: sum(times.map(({ system }) => system)),
      },
      switches: sum([...this.#switches.values()]),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Resident memory of the processes of one program, in bytes: shared files count once. */
function memoryOfTree(tree: readonly number[]): number {
  const all = tree.map(memoryOf);
  return sum(all.map(({ own }) => own)) + Math.max(0, ...all.map(({ files }) => files));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
