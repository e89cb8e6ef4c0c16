import type { Backends } from "../lane/backends.ts";
import type { Logger } from "../log/logger.ts";
import type { UpstreamGroup } from "../settings/balancer.ts";
import type { Keeper } from "../upstream/keeper.ts";

/** The numbers of groups on the boards, by name. */
export type GroupNumbers = Readonly<Record<string, number>>;

/** The groups of backends of a server, across its reloads. Costs nothing while there are none. */
export class Balancing {
  readonly #log: Logger;
  #parts: { readonly keeper: Keeper; readonly backends: Backends } | null = null;
  /** The groups of the last reload that succeeded. */
  #groups: readonly UpstreamGroup[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The board and the ledgers; null as long as there have been no groups. */
  get backends(): Backends | null {
    return this.#parts?.backends ?? null;
  }

  get keeper(): Keeper | null {
    return this.#parts?.keeper ?? null;
  }

  /**
   * Keeps the groups of a new generation, and those of the one that still serves.
   *
   * @returns The numbers of the groups; null if there are none.
   */
  async begin(groups: readonly UpstreamGroup[]): Promise<GroupNumbers | null> {
    if (groups.length === 0) return null;
    this.#parts ??= await this.#load();
    const names = new Set(groups.map(({ name }) => name));
    this.#parts.keeper.update([...groups, ...this.#groups.filter(({ name }) => !names.has(name))]);
    return this.#parts.keeper.numbers;
  }

  /** The new generation serves: these are its groups. */
  settle(groups: readonly UpstreamGroup[]): void {
    this.#groups = groups;
    this.#parts?.keeper.update(groups);
  }

  /** The new generation could not be started. */
  revert(): void {
    this.#parts?.keeper.update(this.#groups);
  }

  stop(): void {
    this.#parts?.keeper.stop();
  }

  async #load() {
    const [{ Backends }, { Keeper }, { keeperEvents }] = await Promise.all([
      import("../lane/backends.ts"),
      import("../upstream/keeper.ts"),
      import("./keeper_events.ts"),
    ]);
    const backends = new Backends();
    return { backends, keeper: new Keeper(keeperEvents(backends, this.#log)) };
  }
}
