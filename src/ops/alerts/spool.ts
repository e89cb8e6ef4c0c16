import { replaceFile } from "../../base/replace_file.ts";
import { cannotWrite, systemReason } from "../../base/system_errors.ts";
import type { Logger } from "../../log/logger.ts";
import type { Alert, Notice } from "./alert.ts";
import { ADVICE, nameOf, readSpool, takeSpool } from "./spool_file.ts";
import { formatLine, parseLine, type SpoolLine } from "./spool_line.ts";

/** The most notices that wait; the oldest ones make room for others. */
const MAX_WAITING = 1000;
/** So many lines that are no longer needed make the file be written anew. */
const MAX_WASTE = 500;

/** A problem that lasts. */
export interface Active {
  readonly alert: Alert;
  /** When it was told last, in milliseconds since the epoch. */
  readonly told: number;
}

interface Waiting {
  readonly notice: Notice;
  /** The destinations that do not have it yet. */
  readonly to: Set<string>;
}

/**
 * What is to be told, until every destination has it, and which problems last: in memory and, with
 * a path, in a file that the next server goes on with. Never waits for the file, except in
 * {@linkcode flush}.
 */
export class Spool {
  readonly #path: string | null;
  readonly #log: Logger;
  /** By id, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /** By key. */
  readonly #active = new Map<string, Active>();
  /** The lines in the file. */
  #lines = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Whether lines are missing in the file. */
  #isIncomplete = false;
  #hasFailed = false;
  /** The path is taken; null in memory. */
  #lock: Disposable | null = null;

  /**
   * Opens a spool, and reads what another server has left in it.
   *
   * @param path Null for memory only.
   * @throws {SpoolTaken} If another server has it.
   * @throws {ExitError} 66, 73 or 77 if the file cannot be read and written, or is no spool.
   */
  static async open(path: string | null, log: Logger): Promise<Spool> {
    const spool = new Spool(path, log);
    if (path === null) return spool;
    spool.#lock = await takeSpool(path);
    try {
      await spool.#read(path);
      return spool;
    } catch (error) {
      spool.#lock?.[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(path: string | null, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Whether what waits survives the process. */
  get isKept(): boolean {
    return this.#path !== null && !this.#hasFailed;
  }

  /** How many notices wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The problems that last. */
  get active(): readonly Active[] {
    return [...this.#active.values()];
  }

  /** The problem with this key, if it lasts. */
  activeOf(key: string): Active | null {
    return this.#active.get(key) ?? null;
  }

  /** Takes a notice for some destinations. */
  add(notice: Notice, to: readonly string[]): void {
    this.#apply({ notice, to }, true);
    for (const [id, { notice: { alert } }] of this.#waiting) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.#log.error("Alert dropped: too many wait for delivery", {
        "sluice.alert.key": alert.key,
      });
      this.#waiting.delete(id);
      this.#isIncomplete = true;
    }
  }

  /** Remembers a problem that is not told now. */
  keep(alert: Alert, told: number): void {
    this.#apply({ active: alert, told }, true);
  }

  /** A destination has a notice. */
  done(id: string, to: string): void {
    this.#apply({ done: id, to }, true);
  }

  /** The oldest notice that a destination does not have; null if there is none. */
  next(to: string): Notice | null {
    for (const waiting of this.#waiting.values()) if (waiting.to.has(to)) return waiting.notice;
    return null;
  }

  /** Forgets destinations that are not among these. */
  retain(destinations: readonly string[]): void {
    for (const [id, { to }] of this.#waiting) {
      const gone = [...to].filter((one) => !destinations.includes(one));
      for (const one of gone) this.done(id, one);
    }
  }

  /** Resolves when all so far is written, or cannot be. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Writes all, as far as it can be, and leaves the file to the next server. */
  async close(): Promise<void> {
    await this.flush();
    this.#lock?.[Symbol.dispose]();
    this.#lock = null;
  }

  async #read(path: string): Promise<void> {
    const lines = await readSpool(path);
    let damaged = 0;
    for (const line of lines) {
      const parsed = parseLine(line);
      if (parsed === null) damaged++;
      else this.#apply(parsed, false);
    }
    if (damaged > 0) {
      this.#log.warn("Damaged lines in the spool of alerts are skipped", {
        "file.path": path,
        "sluice.alert.damaged": damaged,
      });
    }
    try {
      await replaceFile(path, this.#text());
    } catch (error) {
      throw cannotWrite(nameOf(path), error, ADVICE);
    }
  }

  #apply(line: SpoolLine, isNew: boolean): void {
    if ("notice" in line) {
      const { alert, id } = line.notice;
      if (line.to.length > 0) this.#waiting.set(id, { notice: line.notice, to: new Set(line.to) });
      if (alert.state === "resolved") this.#active.delete(alert.key);
      else this.#active.set(alert.key, { alert, told: Date.parse(alert.last) });
    } else if ("done" in line) {
      const waiting = this.#waiting.get(line.done);
      waiting?.to.delete(line.to);
      if (waiting?.to.size === 0) this.#waiting.delete(line.done);
    } else {
      this.#active.set(line.active.key, { alert: line.active, told: line.told });
    }
    if (isNew && this.#path !== null) this.#write(this.#path, formatLine(line));
  }

  /** Everything that is still needed. */
  #text(): string {
    const lines: SpoolLine[] = [
      ...[...this.#active.values()].map(({ alert, told }) => ({ active: alert, told })),
      ...[...this.#waiting.values()].map(({ notice, to }) => ({ notice, to: [...to] })),
    ];
    this.#lines = lines.length;
    return lines.map(formatLine).join("");
  }

  #write(path: string, text: string): void {
    this.#writing = this.#writing.then(() => this.#append(path, text));
  }

  async #append(path: string, text: string): Promise<void> {
    const isWasteful = this.#lines > this.#active.size + this.#waiting.size + MAX_WASTE;
    const isWhole = this.#isIncomplete || isWasteful;
    this.#isIncomplete = false;
    try {
      if (isWhole) await replaceFile(path, this.#text());
      else {
        await Deno.writeTextFile(path, text, { append: true });
        this.#lines++;
      }
      this.#hasFailed = false;
    } catch (error) {
      this.#isIncomplete = true;
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      this.#log.error("Cannot write the spool of alerts, they are kept in memory", {
        "file.path": path,
        "error.message": systemReason(error),
      });
    }
  }
}
