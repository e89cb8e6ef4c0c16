import { clock } from "../../base/clock.ts";
import { every } from "../../base/timers.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { DialedConnection } from "../../core/dialed_connection.ts";
import type { EndedBy, Forwarding } from "../../core/event.ts";
import type { UpstreamGroup } from "../../settings/balancer.ts";
import type { Board } from "../../upstream/board.ts";
import type { BoardRow } from "../../upstream/board_row.ts";
import { Ejection } from "../../upstream/ejection.ts";
import type { Ledger } from "../../upstream/ledger.ts";
import { Picker } from "../../upstream/picker.ts";
import { RetryBudget } from "../../upstream/retry_budget.ts";
import { type InVain, WaitQueue } from "../../upstream/wait_queue.ts";
import type { ServiceContext } from "../service.ts";

/** Retries per second besides the share of the clients: a share of few would be none. */
const RETRIES_PER_SECOND = 3;
/** How often clients that wait look for a place that another thread has given back, in milliseconds. */
const LOOK = 20;
/** The most of them that are let in at a time. */
const MOST_LOOKING = 32;

/** What is said of a client that has waited in vain, and who has ended its connection. */
const IN_VAIN: Readonly<Record<InVain, readonly [EndedBy, string]>> = {
  late: ["timeout", "none was available within --queue-timeout"],
  shed: ["limit", "none is available, and as many clients wait as --queue-size allows"],
  left: ["client", "the client has left"],
  closed: ["drain", "none was available before the server had to stop"],
};

/** What a group is made of. */
export interface UpstreamParts {
  readonly board: Board;
  readonly ledger: Ledger;
  /** The number of the group on the board. */
  readonly number: number;
  readonly settings: UpstreamGroup;
  readonly context: Pick<ServiceContext, "dial" | "log">;
}

/** A group of backends as one lane uses it. */
export class Upstream {
  readonly settings: UpstreamGroup;
  readonly #parts: UpstreamParts;
  readonly #picker: Picker;
  /** Picks by the value of a field; null unless that keeps clients on their backends. */
  readonly #stickyPicker: Picker | null;
  readonly #ejection: Ejection;
  readonly #budget: RetryBudget;
  readonly #queue: WaitQueue<BoardRow>;
  #stopLooking: (() => void) | null = null;

  constructor(parts: UpstreamParts) {
    const { board, ledger, number, settings } = parts;
    this.#parts = parts;
    this.settings = settings;
    this.#picker = new Picker(board, ledger, number, settings);
    this.#stickyPicker = settings.http.sticky.kind === "header"
      ? new Picker(board, ledger, number, { ...settings, balance: "hash" })
      : null;
    this.#ejection = new Ejection(board, settings.passive);
    const share = { share: settings.retryBudget, perSecond: RETRIES_PER_SECOND };
    this.#budget = new RetryBudget(share, clock());
    const { queueSize: size, queueTimeout: timeout, queueShed: shed } = settings;
    this.#queue = new WaitQueue({ size, timeout, shed });
  }

  /** Counts a client, or a request of one: the budget of retries is a share of them. */
  begin(): void {
    this.#budget.request(clock());
  }

  /**
   * Takes a place at a backend, to be given back by {@linkcode giveBack}.
   *
   * @param key Equal keys are sent to the same backend by the policy `hash`.
   * @param tried Backends that are out of the question; null for none.
   * @param leaving Aborts once the client has left; asked for only if the client has to wait.
   * @returns A promise if the client has to wait; it rejects with a {@linkcode ConnectionError} if
   * it has waited in vain.
   */
  take(
    key: string,
    tried: ReadonlySet<BoardRow> | null,
    leaving?: () => AbortSignal,
  ): BoardRow | Promise<BoardRow> {
    return this.#take(this.#picker, key, tried, leaving);
  }

  /**
   * Takes a place at the backend that a client belongs to, or at another if that has none to give,
   * as {@linkcode take} does.
   *
   * @param session What the client sends in the field that keeps it on its backend.
   */
  takeFor(
    session: string,
    tried: ReadonlySet<BoardRow> | null,
    leaving?: () => AbortSignal,
  ): BoardRow | Promise<BoardRow> {
    return this.#take(this.#stickyPicker ?? this.#picker, session, tried, leaving);
  }

  /**
   * Takes a place that is free, if nobody waits for one; to be given back by {@linkcode giveBack}.
   *
   * @param session As for {@linkcode takeFor}; null takes the key.
   * @returns null if there is none.
   */
  takeNow(key: string, session: string | null): BoardRow | null {
    if (this.#queue.length > 0) return null;
    if (session === null || this.#stickyPicker === null) return this.#picker.pick(key, null);
    return this.#stickyPicker.pick(session, null);
  }

  /** Takes a place at one backend, if it has one to give; to be given back by {@linkcode giveBack}. */
  takeAt(row: BoardRow): boolean {
    return this.#picker.take(row);
  }

  /** All backends of the group; another array if any of them has changed. */
  get rows(): readonly BoardRow[] {
    const { tiers } = this.#picker;
    tiers.refresh(clock());
    return tiers.rows;
  }

  /**
   * Connects to a backend at which a place was taken. If that fails, the place is given back, and
   * the failure is counted.
   *
   * @param note Is told what happens.
   * @returns The error if the backend cannot be reached.
   * @throws {ConnectionError} If the lane has ended meanwhile.
   */
  async dial(row: BoardRow, note: Forwarding): Promise<DialedConnection | ConnectionError> {
    const { connectTimeout } = this.settings;
    const begun = clock();
    note.attempts++;
    note.address = row.addressText;
    try {
      const connection = await this.#parts.context.dial(row.address, { connectTimeout });
      const took = clock() - begun;
      note.connectTime = took;
      row.countConnect();
      row.observeLatency(took, begun + took);
      return connection;
    } catch (error) {
      this.giveBack(row);
      if (!(error instanceof ConnectionError)) throw error;
      // It says nothing about the backend that the lane has ended.
      if (error.endedBy === "drain") throw error;
      this.failed(row);
      return error;
    }
  }

  /** Whether a connection to another backend may be tried, after those that could not be reached. */
  mayConnectToAnother(tried: ReadonlySet<BoardRow>): boolean {
    return tried.size <= this.settings.connectRetries && this.mayAskAnother(tried);
  }

  /** Whether there is a backend besides those that were tried, and the budget of retries allows it. */
  mayAskAnother(tried: ReadonlySet<BoardRow>): boolean {
    return this.#picker.hasOther(tried) && this.#budget.retry(clock());
  }

  /** Gives back a place at a backend. */
  giveBack(row: BoardRow): void {
    this.#picker.release(row);
    if (this.#queue.length > 0) this.#queue.serve();
  }

  /** A backend has done its work. */
  succeeded(row: BoardRow): void {
    this.#ejection.succeeded(row);
  }

  /** A backend could not be reached, or was lost before it had answered. */
  failed(row: BoardRow): void {
    const verdict = this.#ejection.failed(row, this.rows, clock());
    if (verdict === null) return;
    const { log } = this.#parts.context;
    const about = {
      "sluice.upstream.group": this.settings.name,
      "sluice.upstream.address": row.addressText,
      "sluice.upstream.failures": verdict.failures,
    };
    if (verdict.kind === "spared") {
      return log.warn("Backend fails, and is used: too few others of its group are left", about);
    }
    const seconds = verdict.milliseconds / 1000;
    log.warn("Backend ejected: it failed several times in a row", {
      ...about,
      "sluice.upstream.ejected_for": seconds,
    });
  }

  /** Turns away the clients that wait. */
  stop(): void {
    this.#queue.close();
    this.#endLooking();
  }

  #take(
    picker: Picker,
    key: string,
    tried: ReadonlySet<BoardRow> | null,
    leaving?: () => AbortSignal,
  ): BoardRow | Promise<BoardRow> {
    // Nobody overtakes those who wait.
    const row = this.#queue.length > 0 ? null : picker.pick(key, tried);
    return row ?? this.#wait(picker, key, tried, leaving?.());
  }

  /** Waits until a backend is available. */
  async #wait(
    picker: Picker,
    key: string,
    tried: ReadonlySet<BoardRow> | null,
    leaving?: AbortSignal,
  ): Promise<BoardRow> {
    const take = () => picker.pick(key, tried);
    const waiting = this.#queue.wait({ take, isPicky: tried !== null }, leaving);
    if (this.#queue.length > 0) this.#stopLooking ??= every(LOOK, () => this.#look());
    const taken = await waiting;
    if (typeof taken === "object") return taken;
    const [endedBy, reason] = IN_VAIN[taken];
    const message = `Cannot reach a backend of "${this.settings.name}": ${reason}`;
    throw new ConnectionError(message, endedBy);
  }

  /** Lets clients that wait look for a place. */
  #look(): void {
    if (this.#queue.length === 0) return this.#endLooking();
    for (let i = 0; i < MOST_LOOKING && this.#queue.serve(); i++);
  }

  #endLooking(): void {
    this.#stopLooking?.();
    this.#stopLooking = null;
  }
}
