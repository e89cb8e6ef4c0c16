/** Reads the status file of the server, and checks it. */
import type { World } from "../world.ts";

/** What is used of a status. */
export interface ReadStatus {
  readonly time: string;
  readonly generation: number;
  readonly lanes: readonly {
    readonly lane: number;
    readonly state: string;
    readonly generation: number;
    readonly pid: number;
    readonly open: number;
  }[];
  readonly totals: Readonly<Record<string, number>>;
}

const PERIOD = 300;
/** What may shrink. */
const GAUGES = ["open"];

/** The status of a server, as its file says. */
export class StatusWatch {
  readonly #world: World;
  readonly #path: string;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The last status that was read. */
  last: ReadStatus | null = null;
  /** The file may be missing: the server is stopping. */
  mayBeGone = false;

  constructor(world: World, path: string) {
    this.#world = world;
    this.#path = path;
    this.#timer = setInterval(() => this.read(), PERIOD);
  }

  /** Reads the file. */
  read(): ReadStatus | null {
    let text = "";
    try {
      text = Deno.readTextFileSync(this.#path);
      const status: ReadStatus = JSON.parse(text);
      if (this.last !== null) this.#compare(this.last, status);
      this.last = status;
    } catch (error) {
      if (this.mayBeGone || this.last === null) return this.last;
      const found = text === "" ? (error as Error).message : text.slice(0, 100);
      this.#world.violations.add("status", `the status file cannot be read: ${found}`);
    }
    return this.last;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #compare(before: ReadStatus, after: ReadStatus): void {
    const wrong = Object.keys(before.totals).filter((name) =>
      !GAUGES.includes(name) && (after.totals[name] ?? 0) < (before.totals[name] ?? 0)
    ).map((name) => `${name} went from ${before.totals[name]} to ${after.totals[name]}`);
    if ((after.totals["open"] ?? 0) < 0) wrong.push(`open is ${after.totals["open"]}`);
    for (const { lane, open } of after.lanes) {
      if (open < 0) wrong.push(`lane ${lane}: open is ${open}`);
    }
    if (after.generation < before.generation) wrong.push("the generation went backwards");
    if (wrong.length > 0) this.#world.violations.add("status", wrong.join(", "));
  }
}
