import { later } from "../../base/timers.ts";
import type { RecentRecord, RecordFeed } from "../../log/recent_records.ts";

/** The least milliseconds between two times that records are passed on. */
const GATHER = 200;

/**
 * Passes on the records of a feed as they come, but gathers those that come in quick succession:
 * when each request fails, there are thousands in a second, of which the feed keeps the last.
 */
export class RecordNews {
  readonly #feed: RecordFeed;
  readonly #pass: (records: readonly RecentRecord[]) => void;
  readonly #stopFeed: () => void;
  /** Ends the wait; null while there is none. */
  #stopWaiting: (() => void) | null = null;
  /** The number of the last record that was passed on, or was there before. */
  #last: number;
  #isStopped = false;

  /** @param pass Gets the records, oldest first; must neither throw nor log. */
  constructor(feed: RecordFeed, pass: (records: readonly RecentRecord[]) => void) {
    this.#feed = feed;
    this.#pass = pass;
    this.#last = feed.after(0).at(-1)?.number ?? 0;
    this.#stopFeed = feed.onRecord(() => this.#note());
  }

  /** Passes on at once what waits. */
  flush(): void {
    const records = this.#feed.after(this.#last);
    this.#last = records.at(-1)?.number ?? this.#last;
    if (records.length > 0) this.#pass(records);
  }

  /** Passes on nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopFeed();
    this.#stopWaiting?.();
  }

  #note(): void {
    if (this.#stopWaiting !== null || this.#isStopped) return;
    this.flush();
    this.#stopWaiting = later(GATHER, () => {
      this.#stopWaiting = null;
      if (this.#feed.after(this.#last).length > 0) this.#note();
    });
  }
}
