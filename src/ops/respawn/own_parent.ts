/** The parent of `--respawn`, as the server sees it. */
import { readPipe, writeToPipe } from "../../base/bare_pipe.ts";
import { openLibrary } from "../../base/c_library.ts";
import { setCloseOnExec } from "../../core/inherited_sockets.ts";
import { type Crash, NEWS, type Word, WORD_VARIABLE } from "./word.ts";

/** See {@linkcode takeParent}. */
export class OwnParent {
  readonly #news: number;
  readonly #life: AsyncGenerator<string>;
  readonly isSpare: boolean;
  #crash: Crash | null;

  constructor({ news, life, isSpare, crash }: Word) {
    this.#news = news;
    this.#life = readPipe(life);
    this.isSpare = isSpare;
    this.#crash = crash;
    if (!isSpare) void this.#drainWithout();
  }

  /** How the server before this one ended; null if this is the first one. */
  get crash(): Crash | null {
    return this.#crash;
  }

  /**
   * Resolves once this spare is to serve.
   *
   * @returns False if it never will: the parent has ended.
   */
  async waitForWord(): Promise<boolean> {
    let text = "";
    while (!text.endsWith("\n")) {
      const { done, value } = await this.#life.next();
      if (done === true) return false;
      text += value;
    }
    this.#crash = JSON.parse(text);
    void this.#drainWithout();
    return true;
  }

  /** Tells the parent that this server accepts connections. */
  ready(): void {
    writeToPipe(this.#news, NEWS.ready);
  }

  /** Tells the parent that this server stops for good. */
  stopping(): void {
    writeToPipe(this.#news, NEWS.stopping);
  }

  /**
   * Sends TERM to this process once the parent has died. The system could do that
   * (PR_SET_PDEATHSIG in prctl(2)), but does it once for each thread of the parent, and a second
   * TERM is no drain.
   */
  async #drainWithout(): Promise<void> {
    while ((await this.#life.next()).done !== true);
    Deno.kill(Deno.pid, "SIGTERM");
  }
}

/**
 * The parent that has started this process as its server, if one has; called once. From now
 * on, this process gets TERM when the parent dies, and its children know nothing of that.
 */
export function takeParent(): OwnParent | null {
  const word = readWord();
  if (word === null) return null;
  using library = openLibrary();
  if (library === null) return null;
  Deno.env.delete(WORD_VARIABLE);
  for (const descriptor of [word.news, word.life]) setCloseOnExec(library, descriptor, true);
  return new OwnParent(word);
}

function readWord(): Word | null {
  try {
    const word: Word = JSON.parse(Deno.env.get(WORD_VARIABLE) ?? "null");
    return word?.parent === Deno.ppid ? word : null;
  } catch { // Not written by a parent, or no permission to read it.
    return null;
  }
}
