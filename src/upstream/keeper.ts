import { type Address, formatAddress } from "../base/address.ts";
import { clock } from "../base/clock.ts";
import type { UpstreamGroup } from "../settings/balancer.ts";
import type { Backend } from "./backend.ts";
import { areSameFacts, type BackendFacts } from "./backend_facts.ts";
import { MAX_GROUPS } from "./board.ts";
import type { Report } from "./health/checked.ts";
import { Checker, type TargetStatus } from "./health/checker.ts";
import { type Target, targetKey } from "./health/target.ts";
import { KeptGroup } from "./kept_group.ts";
import { type DrainReason, NO_OVERRIDE, type Override, type Wish } from "./override.ts";

/** What a keeper tells. Its functions must not throw. */
export interface KeeperEvents {
  /** What has changed, for the boards of all processes. */
  onFacts(changes: readonly BackendFacts[]): void;
  /** The list of a group has changed, but for the first time. */
  onBackends(group: string, added: readonly string[], removed: readonly string[]): void;
  /** The health of a backend has changed, in all groups that have it. */
  onHealth(groups: readonly string[], target: Target, report: Report): void;
  /** An operator has changed how a backend is used: the weight that is set, if any, and the facts that follow. */
  onOverride(
    group: string,
    weight: number | null,
    facts: BackendFacts,
    drainReason: DrainReason | null,
  ): void;
  /** A name or a file cannot be used, or can again: one line. */
  onProblem(group: string, text: string): void;
  onRecovery(group: string, text: string): void;
}

/** A backend as the keeper knows it. */
interface Kept {
  facts: BackendFacts;
  /** Whether it is back when it is up next: it was up before, or has come later than the others. */
  mayBeBack: boolean;
  /** What operators have set. It ends with the backend's time in the group. */
  override: Override;
  drainReason: DrainReason | null;
}

/** A backend in a group. */
interface PlaceInGroup {
  readonly group: KeptGroup;
  readonly backend: Backend;
  readonly position: number;
}

/**
 * Keeps the boards of a server true: finds the backends of all groups, checks their health, and
 * says what has changed. There is one for all lanes, which neither resolve names nor check
 * anything.
 */
export class Keeper {
  readonly #events: KeeperEvents;
  readonly #checker: Checker;
  readonly #groups = new Map<string, KeptGroup>();
  /** By group and address. */
  readonly #kept = new Map<string, Kept>();
  /** Where each address is. */
  readonly #places = new Map<string, PlaceInGroup[]>();
  #lastNumber = -1;
  #isUpdating = false;

  constructor(events: KeeperEvents) {
    this.#events = events;
    this.#checker = new Checker({
      onVerdict: (target) => this.#judge(target),
      onReport: (target, report) => events.onHealth(this.#groupsOf(target), target, report),
    });
  }

  /** The number of each group on the boards, by its name; the same as long as the group is kept. */
  get numbers(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#groups].map(([name, { number }]) => [name, number]));
  }

  /**
   * Replaces the groups, at the start and with each reload. What is known of a backend stays
   * known as long as a group has it.
   */
  update(groups: readonly UpstreamGroup[]): void {
    this.#isUpdating = true;
    const names = new Set(groups.map(({ name }) => name));
    for (const [name, group] of this.#groups) {
      if (names.has(name)) continue;
      group.stop();
      this.#groups.delete(name);
    }
    for (const settings of groups) {
      const known = this.#groups.get(settings.name);
      if (known === undefined) this.#add(settings);
      else known.update(settings);
    }
    this.#isUpdating = false;
    this.#refresh();
  }

  /** What is known of the health of each backend that is checked, by {@linkcode targetKey}. */
  health(): ReadonlyMap<string, TargetStatus> {
    return new Map(this.#checker.snapshot().map((one) => [targetKey(one.target), one]));
  }

  /** The groups and their backends. */
  groups(): readonly { readonly settings: UpstreamGroup; readonly facts: BackendFacts[] }[] {
    return [...this.#groups.values()].map((group) => ({
      settings: group.settings,
      facts: group.backends.flatMap(({ address }) =>
        this.#kept.get(keyOf(group.number, formatAddress(address)))?.facts ?? []
      ),
    }));
  }

  /** Why a backend drains, if its settings or an operator say so; null if its checks decide. */
  drainReasonOf({ group, address }: Pick<BackendFacts, "group" | "address">): DrainReason | null {
    return this.#kept.get(keyOf(group, formatAddress(address)))?.drainReason ?? null;
  }

  /** Has a backend, which {@linkcode groups} lists, used as an operator wishes, until its group loses it. */
  override(groupName: string, address: Address, wish: Wish): void {
    const name = formatAddress(address);
    const place = this.#places.get(name)?.find(({ group }) => group.settings.name === groupName);
    const key = place === undefined ? "" : keyOf(place.group.number, name);
    const kept = this.#kept.get(key);
    if (place === undefined || kept === undefined) return;
    const override = kept.override.with(wish);
    if (override.equals(kept.override)) return;
    kept.override = override;
    const facts = this.#take(key, place);
    if (facts !== null) this.#events.onFacts([facts]);
    const { drainReason } = this.#kept.get(key) ?? kept;
    this.#events.onOverride(groupName, override.weight, facts ?? kept.facts, drainReason);
  }

  stop(): void {
    this.update([]);
    this.#checker.stop();
  }

  #add(settings: UpstreamGroup): void {
    const { name } = settings;
    const group = new KeptGroup(this.#freeNumber(), settings, {
      onChange: () => this.#refresh(),
      onProblem: (text) => this.#events.onProblem(name, text),
      onRecovery: (text) => this.#events.onRecovery(name, text),
    });
    this.#groups.set(name, group);
    group.start();
  }

  #freeNumber(): number {
    const taken = new Set([...this.#groups.values()].map(({ number }) => number));
    // Lanes of an older generation still use the numbers of groups that are gone.
    do this.#lastNumber = (this.#lastNumber + 1) % MAX_GROUPS; while (taken.has(this.#lastNumber));
    return this.#lastNumber;
  }

  /** Takes the backends that the groups have now. */
  #refresh(): void {
    if (this.#isUpdating) return;
    this.#places.clear();
    const targets: Target[] = [];
    for (const group of this.#groups.values()) {
      group.backends.forEach((backend, position) => {
        const name = formatAddress(backend.address);
        const places = this.#places.get(name) ?? [];
        places.push({ group, backend, position });
        this.#places.set(name, places);
        targets.push({ address: backend.address, health: group.settings.health });
      });
    }
    this.#checker.update(targets);
    this.#settle();
  }

  /** Writes down which backends there are, and tells of it. */
  #settle(): void {
    const changes: BackendFacts[] = [];
    const added = new Map<number, string[]>();
    const wanted = new Set<string>();
    for (const [name, places] of this.#places) {
      for (const place of places) {
        const key = keyOf(place.group.number, name);
        wanted.add(key);
        if (!this.#kept.has(key)) push(added, place.group.number, name);
        const facts = this.#take(key, place);
        if (facts !== null) changes.push(facts);
      }
    }
    const removed = new Map<number, string[]>();
    for (const [key, { facts }] of this.#kept) {
      if (wanted.has(key)) continue;
      this.#kept.delete(key);
      push(removed, facts.group, formatAddress(facts.address));
      changes.push({ ...facts, state: "free" });
    }
    if (changes.length > 0) this.#events.onFacts(changes);
    for (const [name, { number, hasBegun }] of this.#groups) {
      const [come, gone] = [added.get(number) ?? [], removed.get(number) ?? []];
      if (hasBegun && come.length + gone.length > 0) this.#events.onBackends(name, come, gone);
    }
  }

  /** Writes down the new verdict on a backend. */
  #judge({ address }: Target): void {
    const name = formatAddress(address);
    const places = this.#places.get(name) ?? [];
    const changes = places.flatMap((place) =>
      this.#take(keyOf(place.group.number, name), place) ?? []
    );
    if (changes.length > 0) this.#events.onFacts(changes);
  }

  /** @returns The facts of a backend, if they are news. */
  #take(key: string, { group, backend, position }: PlaceInGroup): BackendFacts | null {
    const { address } = backend;
    const verdict = this.#checker.verdictOf({ address, health: group.settings.health });
    const known = this.#kept.get(key);
    const override = known?.override ?? NO_OVERRIDE;
    const { state, weight } = override.applyTo(backend, verdict?.state ?? "up");
    const mayBeBack = known?.mayBeBack ?? group.hasBegun;
    const isBack = state === "up" && known?.facts.state !== "up" && mayBeBack;
    const backSince = isBack ? clock() : known?.facts.backSince ?? 0;
    const facts = { ...backend, weight, group: group.number, position, state, backSince };
    const drainReason = override.drainReason(backend);
    this.#kept.set(key, { facts, mayBeBack: mayBeBack || state === "up", override, drainReason });
    return known !== undefined && areSameFacts(known.facts, facts) ? null : facts;
  }

  #groupsOf({ address }: Target): string[] {
    const places = this.#places.get(formatAddress(address)) ?? [];
    return places.map(({ group }) => group.settings.name);
  }
}

function push(lists: Map<number, string[]>, group: number, name: string): void {
  const list = lists.get(group);
  if (list === undefined) lists.set(group, [name]);
  else list.push(name);
}

function keyOf(group: number, name: string): string {
  return `${group} ${name}`;
}
