import { every } from "../../base/timers.ts";
import type { BodySource } from "../../http/message.ts";
import type { RecentRecord, RecordFeed } from "../../log/recent_records.ts";
import { RecordNews } from "./record_news.ts";
import type { Snapshot } from "../status/snapshot.ts";
import { EventStream } from "./event_stream.ts";

/** Milliseconds between two snapshots. */
const PERIOD = 1000;
/** How many clients may listen, of those that may connect. */
const MOST_CLIENTS = 32;
/** Has a client that loses its stream connect again after a second. */
const RETRY = "retry: 1000\n\n";

const encoder = new TextEncoder();

/** Sends events to all who listen: a snapshot each second, and records of the log as they come. */
export class EventHub {
  readonly #read: () => Snapshot;
  readonly #records: RecordFeed;
  readonly #streams = new Set<EventStream>();
  /** The last snapshot, encoded. */
  #snapshot: Uint8Array | null = null;
  /** Runs while there are clients; null while there are none. */
  #news: RecordNews | null = null;
  #stopTimer = () => {};

  /** @param read Reads a snapshot; called once a second while anyone listens. */
  constructor(read: () => Snapshot, records: RecordFeed) {
    this.#read = read;
    this.#records = records;
  }

  /**
   * Begins a stream, with the last snapshot and records.
   *
   * @param last The number of the last record that the client has seen; 0 if it has seen none.
   * @returns null if too many listen.
   */
  open(last: number): BodySource | null {
    if (this.#streams.size >= MOST_CLIENTS) return null;
    const stream = new EventStream((closed) => this.#leave(closed));
    this.#start();
    // Those that wait are among the ones that the stream begins with.
    this.#news?.flush();
    this.#streams.add(stream);
    stream.send(encoder.encode(RETRY));
    this.#snapshot ??= this.#readSnapshot();
    stream.send(this.#snapshot);
    for (const record of this.#recordsAfter(last)) stream.send(recordEvent(record));
    return stream;
  }

  /** Sends a snapshot at once: something has changed. */
  refresh(): void {
    if (this.#news !== null) this.#sendSnapshot();
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams) stream.end();
  }

  /** A server that has started again counts from 1. */
  #recordsAfter(last: number): readonly RecentRecord[] {
    const all = this.#records.after(0);
    const isOfThisServer = (all.at(-1)?.number ?? 0) >= last;
    return isOfThisServer ? this.#records.after(last) : all;
  }

  #start(): void {
    if (this.#news !== null) return;
    this.#stopTimer = every(PERIOD, () => this.#sendSnapshot());
    this.#news = new RecordNews(this.#records, (records) => {
      for (const record of records) this.#send(recordEvent(record));
    });
  }

  #leave(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#stopTimer();
    this.#news?.stop();
    this.#news = null;
    this.#snapshot = null;
  }

  #sendSnapshot(): void {
    this.#snapshot = this.#readSnapshot();
    this.#send(this.#snapshot);
  }

  #readSnapshot(): Uint8Array {
    return encoder.encode(`event: snapshot\ndata: ${JSON.stringify(this.#read())}\n\n`);
  }

  #send(bytes: Uint8Array): void {
    for (const stream of this.#streams) stream.send(bytes);
  }
}

function recordEvent(record: RecentRecord): Uint8Array {
  return encoder.encode(
    `id: ${record.number}\nevent: record\ndata: ${JSON.stringify(record)}\n\n`,
  );
}
