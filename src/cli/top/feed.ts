import { EXIT, ExitError } from "../../base/exit.ts";
import { later } from "../../base/timers.ts";
import type { RecentRecord } from "../../log/recent_records.ts";
import type { Snapshot } from "../../ops/status/snapshot.ts";
import type { AdminClient } from "../admin_client.ts";
import { type Rates, RecentStatuses } from "./rates.ts";

/** Milliseconds between two attempts to reach a server that is gone. */
const RETRY_MS = 500;
/** After so many milliseconds without a word the connection counts as lost. */
const SILENCE_MS = 10_000;
/** How many records are kept. */
const RECORDS = 100;

/** Follows a server over its admin port, and waits for it when it is gone. */
export class Feed {
  /** Null before the first one. */
  snapshot: Snapshot | null = null;
  rates: Rates | null = null;
  /** The last warnings and errors, oldest first. */
  records: readonly RecentRecord[] = [];
  /** When the snapshot came, by `performance.now()`. */
  received = 0;
  /** Why the server cannot be followed at present; null if it is. */
  problem: string | null = null;
  readonly #recent = new RecentStatuses();
  readonly #client: AdminClient;
  readonly #onChange: () => void;

  /** @param onChange Called whenever there is something new. */
  constructor(client: AdminClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /**
   * Follows the server until the signal aborts.
   *
   * @throws {ExitError} If the server cannot be followed to begin with, or what answers later is
   * no such server, or refuses the token.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
        this.problem = "it has ended the connection";
      } catch (error) {
        if (signal.aborted) return;
        if (this.snapshot === null || !isTemporary(error)) throw error;
        this.problem = error instanceof Error ? error.message : String(error);
      }
      this.#onChange();
      await pause(RETRY_MS, signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const giveUp = () => silence.abort(new Error(`no word for ${SILENCE_MS / 1000} s`));
    let stop = later(SILENCE_MS, giveUp);
    let isFirst = true;
    try {
      for await (const event of this.#client.events(AbortSignal.any([signal, silence.signal]))) {
        stop();
        stop = later(SILENCE_MS, giveUp);
        // Those that the server has kept come again.
        if (isFirst) this.records = [];
        isFirst = false;
        this.problem = null;
        if (event.type === "snapshot") this.#take(event.snapshot);
        else this.records = [...this.records, event.record].slice(-RECORDS);
        this.#onChange();
      }
    } finally {
      stop();
    }
  }

  #take(snapshot: Snapshot): void {
    const { status } = snapshot;
    this.rates = status === null ? null : this.#recent.ratesTo(status);
    this.snapshot = snapshot;
    this.received = performance.now();
  }
}

/** Whether the server may be back soon. */
function isTemporary(error: unknown): boolean {
  return !(error instanceof ExitError) || error.exitCode === EXIT.notServing;
}

/** Waits, or until the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      stop();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const stop = later(milliseconds, end);
    signal.addEventListener("abort", end);
  });
}
