/** Reads the log of the server, and checks its records. */
import type { LogRecord } from "../server/server_process.ts";
import type { World } from "../world.ts";

/** How a reload has ended. */
export interface ReloadOutcome {
  /** When its record was read, by the monotonic clock. */
  readonly at: number;
  readonly isGood: boolean;
  readonly message: string;
}

/** Errors that clients cause all the time. */
const USUAL_ERRORS = [/^Request failed: the handler threw/];

/** What the log has said so far. */
export class LogWatch {
  readonly #world: World;
  readonly reloads: ReloadOutcome[] = [];
  /** The first record of a server that serves. */
  first: LogRecord | null = null;
  /** The record of the stop. */
  last: LogRecord | null = null;
  /** The numbers of lanes that crashed, hung or were killed. */
  readonly #lostLanes = new Set<string>();
  /** Connections by lane: those that were accepted, and those that ended. */
  readonly #accepted = new Map<string, Set<string>>();
  readonly #ended = new Map<string, Set<string>>();
  #errors: { message: string; at: number; text: string }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** The number of connections that were accepted. */
  get accepted(): number {
    return count(this.#accepted);
  }

  get hasLostLanes(): boolean {
    return this.#lostLanes.size > 0;
  }

  /** The ports of clients whose connections have no end yet, by their ids. */
  readonly open = new Map<string, number>();

  /** Takes a line. */
  take(line: string): void {
    this.#world.keepLine(line);
    const record = this.#parse(line);
    if (record === null) return;
    const { message } = record;
    if (message === "Forged") this.#world.violations.add("log-lines", `a forged record: ${line}`);
    if ("sluice.service" in record) this.first ??= record;
    if (message.startsWith("Stopped")) this.last = record;
    const id = String(record["sluice.connection.id"]);
    if (message === "Connection accepted") {
      this.#note(record, this.#accepted);
      this.open.set(id, Number(record["network.peer.port"]));
    } else if (/^Connection (closed|failed)/.test(message)) {
      this.#note(record, this.#ended);
      this.open.delete(id);
    }
    if (/^Worker (crashed|hung|killed)/.test(message)) {
      this.#lostLanes.add(String(record["sluice.worker"]));
    }
    if (/^(Reloaded$|Cannot reload)/.test(message)) {
      this.reloads.push({ message, isGood: message === "Reloaded", at: performance.now() });
    }
    if (record["severity"] === "ERROR") {
      this.#world.figures.add(`error ${message.slice(0, 40)}`);
      this.#errors.push({ message, at: performance.now(), text: line.slice(0, 400) });
    }
  }

  /** Judges the errors since the last time. */
  judgeErrors(): void {
    const errors = this.#errors;
    this.#errors = [];
    for (const { message, at, text } of errors) {
      const isUsual = USUAL_ERRORS.some((usual) => usual.test(message));
      if (isUsual || this.#world.excuses.errors.reasonFor(message, at) !== null) continue;
      this.#world.violations.add("log-errors", text, this.#world.timeline.at(at));
    }
  }

  /** Connections that were accepted, have no end, and were not on a lost lane. */
  get unended(): readonly string[] {
    return [...this.#accepted].filter(([lane]) => !this.#lostLanes.has(lane))
      .flatMap(([lane, ids]) => {
        const ended = this.#ended.get(lane);
        return [...ids].filter((id) => ended?.has(id) !== true).map((id) => `${lane}-${id}`);
      });
  }

  /** Connections that have an end, but were not accepted. */
  get unknown(): readonly string[] {
    return [...this.#ended].flatMap(([lane, ids]) => {
      const accepted = this.#accepted.get(lane);
      return [...ids].filter((id) => accepted?.has(id) !== true).map((id) => `${lane}-${id}`);
    });
  }

  #note(record: LogRecord, ids: Map<string, Set<string>>): void {
    const id = String(record["sluice.connection.id"]);
    const [lane = "", number = ""] = id.split("-");
    const known = ids.get(lane) ?? new Set();
    if (known.has(number)) {
      this.#world.violations.add("connection-log", `"${record.message}" twice for ${id}`);
    }
    ids.set(lane, known.add(number));
  }

  #parse(line: string): LogRecord | null {
    // Printed by a handler of the suite: what looks like a message is passed on like any text.
    if (line.startsWith("\x1e")) return null;
    try {
      const record = JSON.parse(line);
      if (typeof record?.message === "string") return record;
    } catch { // Told below.
    }
    this.#world.violations.add("log-lines", `a line is no record: ${line.slice(0, 200)}`);
    return null;
  }
}

function count(ids: ReadonlyMap<string, ReadonlySet<string>>): number {
  return [...ids.values()].reduce((sum, { size }) => sum + size, 0);
}
