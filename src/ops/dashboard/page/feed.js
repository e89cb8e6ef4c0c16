/**
 * The events of the server, connected to again for as long as the page is open.
 *
 * @import { RecentRecord } from "../../../log/recent_records.ts"
 * @import { Snapshot } from "../../status/snapshot.ts"
 */
import { call } from "./commands.js";

/** Milliseconds without news after which the connection is made anew. */
const DEAF = 10_000;
/** Milliseconds between two attempts. */
const AGAIN = 2000;

/** Follows the events, and knows how old they are. */
export class Feed {
  #source = /** @type {EventSource | null} */ (null);
  #heard = performance.now();
  #tried = 0;

  /**
   * @param {(snapshot: Snapshot) => void} onSnapshot
   * @param {(record: RecentRecord) => void} onRecord
   */
  constructor(onSnapshot, onRecord) {
    this.onSnapshot = onSnapshot;
    this.onRecord = onRecord;
    this.#connect();
  }

  /** Seconds since the last snapshot, or since the page was opened. */
  get age() {
    return (performance.now() - this.#heard) / 1000;
  }

  /** Connects again, if that is due; to be called each second. */
  keep() {
    const now = performance.now();
    if (now - this.#tried < AGAIN) return;
    // Browsers try again by themselves, except after an answer that is no stream of events;
    // and a connection may have been lost without a word.
    const isClosed = this.#source?.readyState === EventSource.CLOSED;
    const isDeaf = now - Math.max(this.#heard, this.#tried) > DEAF;
    if (isClosed) call("status").catch(() => {}); // Only tells whether to log in.
    if (isClosed || isDeaf) this.#connect();
  }

  #connect() {
    this.#source?.close();
    this.#tried = performance.now();
    this.#source = new EventSource("events");
    this.#source.addEventListener("snapshot", ({ data }) => {
      this.#heard = performance.now();
      this.onSnapshot(JSON.parse(data));
    });
    this.#source.addEventListener("record", ({ data }) => this.onRecord(JSON.parse(data)));
  }
}
