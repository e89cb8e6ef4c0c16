/** The folder of the reports: one file each, named by time, kind and number. */
import * as v from "valibot";
import { cannotRead, systemReason } from "../../base/system_errors.ts";
import { replaceFile } from "../../base/replace_file.ts";
import { type CrashReport, reportSchema } from "./report.ts";

/** The folder's name in that for what outlives the server. */
const NAME = "crashes";
/** The most reports that are kept, and the most bytes of all of them. */
export const MOST_REPORTS = 50;
export const MOST_BYTES = 20 * 1024 * 1024;
/** A report has a few kilobytes: a file of more is something else. */
const MOST_BYTES_EACH = 4 * 1024 * 1024;
/** How a file ends that is being written, and the age at which it is no longer, in milliseconds. */
const DRAFT = ".new";
const DRAFT_AGE = 60_000;
/** What a report's id looks like: the time is in UTC, with `-` instead of `:`. */
const ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-[a-z_]+-\d+$/;

/** Only for the user of the server: a report tells who was connected. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/** A report in the folder, or a file that should be one. */
export interface KeptReport {
  /** The name of the file without its ending. */
  readonly id: string;
  readonly path: string;
  /** Null if the file is damaged. */
  readonly report: CrashReport | null;
  /** Why it counts as damaged; null if it does not. */
  readonly damage: string | null;
}

/** The reports of the servers that share a folder for what outlives them. */
export class CrashFolder {
  readonly path: string;

  /** @param state The folder for what outlives the server. */
  constructor(state: string) {
    this.path = `${state}/${NAME}`;
  }

  /**
   * Writes a report, and removes the oldest ones if there are too many.
   *
   * @returns What is kept.
   * @throws {Error} The system's error.
   */
  async add(report: CrashReport): Promise<KeptReport> {
    await Deno.mkdir(this.path, { recursive: true, mode: PRIVATE_FOLDER });
    const stem = `${report.time.replaceAll(":", "-")}-${report.kind}`;
    const text = `${JSON.stringify(report, null, 2)}\n`;
    for (let number = 1;; number++) {
      const id = `${stem}-${number}`;
      const path = this.#pathOf(id);
      if (!await reserve(path)) continue;
      try {
        await replaceFile(path, text, PRIVATE_FILE);
      } catch (error) {
        await Deno.remove(path).catch(() => {});
        throw error;
      }
      await this.#tidy();
      return { id, path, report, damage: null };
    }
  }

  /**
   * The ids of the reports, the newest first; none if there is no folder.
   *
   * @throws {ExitError} 66 or 77 if the folder cannot be read.
   */
  async ids(): Promise<string[]> {
    const ids: string[] = [];
    try {
      for await (const { name, isFile } of Deno.readDir(this.path)) {
        const id = name.slice(0, -".json".length);
        if (isFile && name.endsWith(".json") && ID.test(id)) ids.push(id);
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw cannotRead(`the crash reports in ${this.path}`, error);
    }
    return ids.sort(newestFirst);
  }

  /** Reads a report; one that is gone meanwhile counts as damaged. Never throws. */
  async read(id: string): Promise<KeptReport> {
    const path = this.#pathOf(id);
    try {
      return { id, path, report: reportOf(await readSmall(path)), damage: null };
    } catch (error) {
      return { id, path, report: null, damage: systemReason(error) };
    }
  }

  #pathOf(id: string): string {
    return `${this.path}/${id}.json`;
  }

  /** Removes the oldest reports: a crash loop must not fill the disk. */
  async #tidy(): Promise<void> {
    let bytes = 0;
    for (const [index, id] of (await this.ids()).entries()) {
      const path = this.#pathOf(id);
      try {
        bytes += (await Deno.stat(path)).size;
        if (index >= MOST_REPORTS || index > 0 && bytes > MOST_BYTES) await Deno.remove(path);
      } catch { // Another server has removed it, or it cannot be removed.
      }
    }
    await this.#removeDrafts();
  }

  /** Removes what servers have left that died while they wrote a report. */
  async #removeDrafts(): Promise<void> {
    const names = (await Array.fromAsync(Deno.readDir(this.path))).map(({ name }) => name);
    for (const name of names.filter((one) => one.endsWith(DRAFT))) {
      const path = `${this.path}/${name}`;
      try {
        const { mtime } = await Deno.lstat(path);
        if (mtime !== null && Date.now() - mtime.getTime() > DRAFT_AGE) await Deno.remove(path);
      } catch { // Another server has removed it, or it is whole by now.
      }
    }
  }
}

/** Takes a name that no server has, which may write at the same moment. */
async function reserve(path: string): Promise<boolean> {
  try {
    (await Deno.open(path, { createNew: true, write: true, mode: PRIVATE_FILE })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Compares times, and then numbers: the tenth report of a millisecond is newer than the ninth. */
function newestFirst(a: string, b: string): number {
  const [timeA, timeB] = [a.slice(0, 24), b.slice(0, 24)];
  if (timeA !== timeB) return timeA < timeB ? 1 : -1;
  return Number(b.slice(b.lastIndexOf("-") + 1)) - Number(a.slice(a.lastIndexOf("-") + 1));
}

/**
 * Reads a file of ours, which is small.
 *
 * @throws {Error} If it is not.
 */
export async function readSmall(path: string): Promise<string> {
  const { isFile, size } = await Deno.lstat(path);
  if (!isFile) throw new Error("Found something other than a file");
  if (size > MOST_BYTES_EACH) throw new Error(`Found ${size} bytes, expected a few kilobytes`);
  return await Deno.readTextFile(path);
}

function reportOf(text: string): CrashReport {
  return parse(reportSchema, text);
}

/**
 * Parses one of our files.
 *
 * @throws {Error} What is wrong with it, in one line.
 */
export function parse<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(text.trim() === "" ? "The file is empty" : "The file is cut off, or no JSON");
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`Found no valid ${v.getDotPath(issue) ?? "object"} in it`);
}
