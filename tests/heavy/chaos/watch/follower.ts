/** Reads a growing file, as `tail --follow=name` does. */

/** Milliseconds between two looks. */
const PERIOD = 100;
/** Milliseconds that a file which was renamed is read on. */
const KEEP = 8000;

interface Followed {
  readonly file: Deno.FsFile;
  readonly inode: number | null;
  rest: string;
  readonly decoder: TextDecoder;
  /** When another file had taken its place; null if none has. */
  replaced: number | null;
}

/** Follows a file and those that take its place, and removes old ones. */
export class Follower {
  readonly #path: string;
  readonly #take: (line: string) => void;
  #files: Followed[] = [];
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(path: string, take: (line: string) => void) {
    this.#path = path;
    this.#take = take;
    this.#running = this.#run();
  }

  /** Reads to the end, and stops. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    for (const { file, rest } of this.#files) {
      if (rest !== "") this.#take(rest);
      file.close();
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      const isLast = this.#isOver;
      this.#openNew();
      for (const followed of this.#files) this.#read(followed);
      this.#dropOld();
      if (isLast) return;
      await new Promise((resolve) => setTimeout(resolve, PERIOD));
    }
  }

  #openNew(): void {
    const inode = inodeOf(this.#path);
    const current = this.#files.at(-1);
    if (inode === null || inode === current?.inode) return;
    if (current !== undefined) current.replaced = performance.now();
    const file = Deno.openSync(this.#path);
    this.#files.push({ file, inode, rest: "", decoder: new TextDecoder(), replaced: null });
  }

  #read(followed: Followed): void {
    const buffer = new Uint8Array(64 * 1024);
    for (let count; (count = followed.file.readSync(buffer)) !== null && count > 0;) {
      const text = followed.decoder.decode(buffer.subarray(0, count), { stream: true });
      const lines = (followed.rest + text).split("\n");
      followed.rest = lines.pop() ?? "";
      lines.forEach(this.#take);
    }
  }

  #dropOld(): void {
    const now = performance.now();
    this.#files = this.#files.filter(({ file, rest, replaced }) => {
      if (replaced === null || now - replaced < KEEP) return true;
      if (rest !== "") this.#take(rest);
      file.close();
      return false;
    });
  }
}

function inodeOf(path: string): number | null {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return null;
  }
}
