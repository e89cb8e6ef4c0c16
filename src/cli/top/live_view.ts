import { every } from "../../base/timers.ts";
import type { TopSettings } from "../../settings/top_options.ts";
import type { AdminClient, Answer } from "../admin_client.ts";
import type { WatchSuspension } from "../signals.ts";
import { Feed } from "./feed.ts";
import { type Action, readKeys } from "./keys.ts";
import { SORT_KEYS } from "./lane_table.ts";
import { Screen, type Size } from "./screen.ts";
import { viewLines } from "./view.ts";

/** Milliseconds between two looks at the size of the terminal. */
const LOOK_MS = 100;
/** How long the result of a key is shown, in milliseconds. */
const MESSAGE_MS = 5000;

/** A server in the terminal: what it tells is shown at the interval, and keys act on it. */
export class LiveView {
  readonly #client: AdminClient;
  readonly #settings: TopSettings;
  readonly #feed: Feed;
  readonly #quit = new AbortController();
  #isChanged = false;
  #drawn = -Infinity;
  #refreshes = 0;
  #size: Size = { columns: 0, rows: 0 };
  #sort = 0;
  #showsHelp = false;
  /** Whether the next key confirms a reload. */
  #isAsking = false;
  #message = "";
  #messageSince = 0;

  constructor(client: AdminClient, settings: TopSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#feed = new Feed(client, () => {
      this.#isChanged = true;
    });
  }

  /**
   * Shows the server until the user quits or the signal aborts; the terminal is then as before,
   * and while the program is suspended.
   *
   * @throws {ExitError} As {@linkcode Feed.run}.
   */
  async run(signal: AbortSignal, watchSuspension: WatchSuspension): Promise<void> {
    const end = AbortSignal.any([signal, this.#quit.signal]);
    using screen = new Screen();
    watchSuspension(() => screen.leave(), () => {
      if (end.aborted) return;
      screen.enter();
      this.#draw(screen);
    });
    const stop = every(LOOK_MS, () => this.#look(screen));
    this.#draw(screen);
    // It ends with the program, and never fails: without keys, signals still end this.
    void readKeys((action) => this.#act(action, screen)).catch(() => {});
    try {
      await this.#feed.run(end);
    } finally {
      stop();
    }
  }

  /** Draws if the size has changed, or the interval is over. */
  #look(screen: Screen): void {
    const now = performance.now();
    const { columns, rows } = screen.size;
    const isResized = columns !== this.#size.columns || rows !== this.#size.rows;
    const isDue = now - this.#drawn >= this.#settings.interval - LOOK_MS / 2;
    if (!isResized && !isDue) return;
    const isNew = this.#isChanged && isDue;
    this.#draw(screen);
    if (!isNew || this.#feed.snapshot === null) return;
    this.#isChanged = false;
    if (++this.#refreshes === this.#settings.count) this.#quit.abort();
  }

  #draw(screen: Screen): void {
    const now = performance.now();
    if (!this.#isAsking && now - this.#messageSince > MESSAGE_MS) this.#message = "";
    this.#drawn = now;
    this.#size = screen.size;
    const { snapshot, rates, records, received, problem } = this.#feed;
    const view = {
      ...{ snapshot, rates, records, problem, age: snapshot === null ? 0 : now - received },
      name: this.#client.name,
      sort: SORT_KEYS[this.#sort] ?? "LANE",
      showsHelp: this.#showsHelp,
      message: this.#message,
    };
    screen.show(viewLines(view, this.#size), this.#size);
  }

  #act(action: Action, screen: Screen): void {
    if (this.#quit.signal.aborted) return;
    if (this.#isAsking) this.#answer(action === "yes");
    else this.#obey(action);
    if (!this.#quit.signal.aborted) this.#draw(screen);
  }

  #obey(action: Action): void {
    switch (action) {
      case "quit":
        return this.#quit.abort();
      case "sort":
        this.#sort = (this.#sort + 1) % SORT_KEYS.length;
        return;
      case "help":
        this.#showsHelp = !this.#showsHelp;
        return;
      case "reload":
        this.#isAsking = true;
        return this.#say("Reload the server? y/n");
      case "more":
        return void this.#scale(1);
      case "fewer":
        return void this.#scale(-1);
      case "yes":
      case "other":
        return;
    }
  }

  #answer(isYes: boolean): void {
    this.#isAsking = false;
    if (isYes) void this.#reload();
    else this.#say("Not reloaded");
  }

  async #reload(): Promise<void> {
    this.#say("Reloading");
    const answer = await this.#command("/reload", null);
    const generation = numberIn(answer, "generation");
    this.#say(answer.ok ? `Reloaded: generation ${generation}` : `Not reloaded: ${answer.message}`);
  }

  async #scale(by: 1 | -1): Promise<void> {
    const answer = await this.#command("/scale", { by });
    const [before, now] = [numberIn(answer, "before"), numberIn(answer, "now")];
    if (!answer.ok) this.#say(`Not scaled: ${answer.message}`);
    else {this.#say(
        before === now ? `Still at most ${now} lanes` : `At most ${now} lanes, not ${before}`,
      );}
  }

  async #command(path: string, body: unknown): Promise<Answer> {
    try {
      return await this.#client.command(path, body, this.#quit.signal);
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  #say(message: string): void {
    this.#message = message;
    this.#messageSince = performance.now();
    // Soon, wherever this comes from.
    this.#drawn = -Infinity;
  }
}

/** A number in the result of a command; null if there is none. */
function numberIn(answer: Answer, name: string): number | null {
  if (!answer.ok || typeof answer.value !== "object" || answer.value === null) return null;
  const value: unknown = Reflect.get(answer.value, name);
  return typeof value === "number" ? value : null;
}
