/** The file by which a server that dies without a word is known, and reported by the next one. */
import { isBeforeBoot, isStillAlive, ownIdentity } from "../../base/process_identity.ts";
import { releaseLock } from "../../base/release_lock.ts";
import { replaceFile, replaceFileSync } from "../../base/replace_file.ts";
import { parse, PRIVATE_FILE, PRIVATE_FOLDER, readSmall } from "./crash_folder.ts";
import { type Running, runningSchema, type Scene } from "./report.ts";

/** The folder's name in that for what outlives the server. */
const NAME = "running";

/** What a server keeps on disk while it runs. */
export class RunningFile {
  readonly #path: string;
  /** Null where the file system has no locks. */
  readonly #lock: Deno.FsFile | null;
  #running: Running;

  /**
   * Writes the file, under a name that no other server has, and takes its lock.
   *
   * @param state The folder for what outlives the server, which is made if there is none.
   * @throws {Error} The system's error.
   */
  static async open(state: string, scene: Scene): Promise<RunningFile> {
    const folder = `${state}/${NAME}`;
    await Deno.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    const path = `${folder}/${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
    const lock = await takeLock(`${path}.lock`);
    const file = lock instanceof Deno.FsFile ? lock : null;
    const running = { format: 1 as const, process: ownIdentity(), report: null, scene };
    try {
      return new RunningFile(path, file, { ...running, locked: file !== null });
    } catch (error) {
      releaseLock(file);
      await Deno.remove(`${path}.lock`).catch(() => {});
      throw error;
    }
  }

  private constructor(path: string, lock: Deno.FsFile | null, running: Running) {
    this.#path = path;
    this.#lock = lock;
    this.#running = running;
    replaceFileSync(`${path}.json`, this.#text(), PRIVATE_FILE);
  }

  /**
   * Writes what the server knows of itself now.
   *
   * @throws {Error} The system's error; then what was written before is still there.
   */
  async write(scene: Scene): Promise<void> {
    this.#running = { ...this.#running, scene };
    await replaceFile(`${this.#path}.json`, this.#text(), PRIVATE_FILE);
  }

  /** Leaves the file to the next server, which announces the report that was made. Never throws. */
  async leave(report: string | null): Promise<void> {
    this.#running = { ...this.#running, report };
    // The report is there; only nobody announces it.
    await replaceFile(`${this.#path}.json`, this.#text(), PRIVATE_FILE).catch(() => {});
    releaseLock(this.#lock);
  }

  /** Removes the file: the server has ended as it should. Never throws. */
  async remove(): Promise<void> {
    await removeAll(this.#path);
    releaseLock(this.#lock);
  }

  #text(): string {
    return `${JSON.stringify(this.#running)}\n`;
  }
}

/** A server that has ended without removing its file. */
export interface LostServer {
  /** The path of its file. */
  readonly path: string;
  /** What it had written last; null if that is damaged. */
  readonly running: Running | null;
  /** When it had written it, in milliseconds since the epoch. */
  readonly written: number;
  /** Whether the machine has been started since. */
  readonly isBeforeBoot: boolean;
  /** Removes its file, once it is reported. */
  forget(): Promise<void>;
  /** Leaves its file to the next server that looks. */
  keep(): void;
}

/**
 * Finds the servers of a folder that have ended without removing their files, and takes these:
 * another server that looks at the same time does not find them.
 *
 * @throws {Error} The system's error if the folder cannot be read.
 */
export async function findLost(state: string): Promise<LostServer[]> {
  const folder = `${state}/${NAME}`;
  const lost: LostServer[] = [];
  for (const { name } of await namesIn(folder)) {
    if (!/^\d+-[\da-f]{8}\.json$/.test(name)) continue;
    const found = await take(`${folder}/${name.slice(0, -".json".length)}`);
    if (found !== null) lost.push(found);
  }
  return lost;
}

async function namesIn(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Takes the file of a server; null if that is alive, or another one has taken it. */
async function take(path: string): Promise<LostServer | null> {
  const lock = await takeLock(`${path}.lock`);
  if (lock === "held") return null;
  const file = lock === "none" ? null : lock;
  const keep = () => releaseLock(file);
  const forget = async () => {
    await removeAll(path);
    keep();
  };
  let running: Running | null = null;
  let written: number;
  try {
    written = (await Deno.stat(`${path}.json`)).mtime?.getTime() ?? Date.now();
  } catch { // Another server has reported it meanwhile.
    await forget();
    return null;
  }
  try {
    running = parse(runningSchema, await readSmall(`${path}.json`));
  } catch { // The machine lost power while it was written, or the disk was full.
  }
  // A lock ends with its process. Without one, there is only the process itself to look at.
  if ((file === null || running?.locked === false) && isRunning(path, running)) {
    keep();
    return null;
  }
  const isOld = running !== null && isBeforeBoot(running.process);
  return { path: `${path}.json`, running, written, isBeforeBoot: isOld, forget, keep };
}

/** Whether the process of a file runs; one that is damaged has the id in its name. */
function isRunning(path: string, running: Running | null): boolean {
  const [, pid] = /\/(\d+)-[\da-f]+$/.exec(path) ?? [];
  return isStillAlive(running?.process ?? { pid: Number(pid), ticks: null, boot: null });
}

/** Takes a lock; `held` if another process has it, `none` if the file system has no locks. */
async function takeLock(path: string): Promise<Deno.FsFile | "held" | "none"> {
  const file = await Deno.open(path, { write: true, create: true, mode: PRIVATE_FILE });
  try {
    if (await file.tryLock(true)) return file;
  } catch {
    file.close();
    return "none";
  }
  file.close();
  return "held";
}

/** Removes the file of a server, its lock and drafts of it. */
async function removeAll(path: string): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const stem = path.slice(folder.length + 1);
  const entries = await namesIn(folder).catch(() => []);
  // The lock last: until then nobody else takes what is half removed.
  const names = entries.map(({ name }) => name).filter((name) => name.startsWith(`${stem}.`))
    .sort((a, b) => Number(a.endsWith(".lock")) - Number(b.endsWith(".lock")));
  for (const name of names) await Deno.remove(`${folder}/${name}`).catch(() => {});
}
