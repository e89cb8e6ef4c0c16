import type { Board } from "./board.ts";
import type { BoardRow } from "./board_row.ts";
import type { Policy } from "./policies/policy.ts";
import { slowStartShare } from "./slow_start.ts";
import { View } from "./view.ts";

/** How often the shares are computed anew while backends start slowly, or may be too few, in milliseconds. */
const UPDATE_INTERVAL = 100;

/** How the backends of a group are used. */
export interface TierOptions {
  /** How long a backend that is back gets less than its share, in milliseconds; 0 for no time. */
  readonly slowStart: number;
  /** From 0 to 1: if a smaller part of the group is healthy, all of it is used. */
  readonly minHealthy: number;
}

/** Backends that are used alike, and the policy that picks from them. */
export interface Tier {
  readonly view: View;
  readonly policy: Policy;
}

/**
 * What a lane sees of a group: its primary backends, and those for when none of these is
 * available. If too few are healthy, both together, whatever their health: those left would
 * break down under the load of all.
 */
export class Tiers {
  readonly #board: Board;
  readonly #group: number;
  readonly #options: TierOptions;
  readonly #primaries: Tier;
  readonly #backups: Tier;
  readonly #everyone: Tier;
  readonly #healthy: readonly Tier[];
  readonly #panic: readonly Tier[];
  #isPanicking = false;
  #version = -1;
  #nextUpdate = 0;

  /** @param random Numbers from 0 to 1, exclusive. */
  constructor(
    board: Board,
    group: number,
    options: TierOptions,
    makePolicy: () => Policy,
    random: () => number,
  ) {
    const totalInFlight = () => board.inFlight(group);
    const makeTier = () => ({ view: new View(random, totalInFlight), policy: makePolicy() });
    this.#board = board;
    this.#group = group;
    this.#options = options;
    this.#primaries = makeTier();
    this.#backups = makeTier();
    this.#everyone = makeTier();
    this.#healthy = [this.#primaries, this.#backups];
    this.#panic = [this.#everyone];
  }

  /** What to pick from, in this order. */
  get inUse(): readonly Tier[] {
    return this.#isPanicking ? this.#panic : this.#healthy;
  }

  /** Whether too few backends are healthy. */
  get isPanicking(): boolean {
    return this.#isPanicking;
  }

  /** All backends of the group, as of the last refresh. */
  get rows(): readonly BoardRow[] {
    return this.#everyone.view.rows;
  }

  /** Brings the views up to date; costs next to nothing if nothing has changed. */
  refresh(now: number): void {
    const { version } = this.#board;
    if (version !== this.#version) {
      this.#version = version;
      this.#rebuild();
      this.#update(now);
    } else if (now >= this.#nextUpdate) this.#update(now);
    const tick = this.#board.tickOf(now);
    this.#primaries.view.setTime(now, tick);
    this.#backups.view.setTime(now, tick);
    this.#everyone.view.setTime(now, null);
  }

  /**
   * Looks again whether too few backends are healthy: ejections do not tell.
   *
   * @returns Whether there is more to pick from now.
   */
  startsToPanic(now: number): boolean {
    if (this.#isPanicking || this.#options.minHealthy === 0) return false;
    this.#update(now);
    return this.#isPanicking;
  }

  /** Computes anew who gets how many of the new clients. */
  #update(now: number): void {
    const { slowStart, minHealthy } = this.#options;
    const isChanging = this.rows.some((row) => now < row.backSince + slowStart);
    this.#nextUpdate = isChanging || minHealthy > 0 ? now + UPDATE_INTERVAL : Infinity;
    this.#isPanicking = this.#healthyPart(now) < minHealthy;
    const usual = (row: BoardRow) =>
      row.state === "up" ? slowStartShare(row.weight, now - row.backSince, slowStart) : 0;
    this.#primaries.view.setShares(usual);
    this.#backups.view.setShares(usual);
    this.#everyone.view.setShares((row) => row.state === "draining" ? 0 : row.weight);
  }

  #healthyPart(now: number): number {
    const tick = this.#board.tickOf(now);
    let [healthy, all] = [0, 0];
    for (const row of this.rows) {
      const { state } = row;
      if (state === "draining") continue;
      all++;
      if (state === "up" && !row.isEjected(tick)) healthy++;
    }
    return all === 0 ? 1 : healthy / all;
  }

  #rebuild(): void {
    const rows = this.#board.rowsOf(this.#group);
    this.#primaries.view.setRows(rows.filter((row) => !row.isBackup));
    this.#backups.view.setRows(rows.filter((row) => row.isBackup));
    this.#everyone.view.setRows(rows);
  }
}
