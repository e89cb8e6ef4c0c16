import type { Member, MemberSource } from "../../settings/balancer.ts";
import { formatSource } from "../../settings/member.ts";
import type { Backend } from "../backend.ts";
import { areSame, unique } from "./found_list.ts";
import { nameSource } from "./name.ts";
import type { Interval } from "./refresher.ts";
import type { Resolver } from "./resolver.ts";
import type { Source, SourceEvents } from "./source.ts";
import { srvSource } from "./srv.ts";

/** What a member's own source has found. */
interface Part {
  readonly source: Source;
  found: readonly Backend[];
}

/** The backends of all members of a group, as one list. */
export class Members implements Source {
  readonly #resolver: Resolver;
  readonly #interval: Interval;
  readonly #events: SourceEvents;
  #members: readonly Member[];
  /** By where the members are found. */
  readonly #parts = new Map<string, Part>();
  #last: readonly Backend[] = [];
  #isStarted = false;

  constructor(
    members: readonly Member[],
    resolver: Resolver,
    interval: Interval,
    events: SourceEvents,
  ) {
    this.#members = members;
    this.#resolver = resolver;
    this.#interval = interval;
    this.#events = events;
  }

  start(): void {
    this.#isStarted = true;
    this.replace(this.#members);
  }

  stop(): void {
    this.#isStarted = false;
    for (const { source } of this.#parts.values()) source.stop();
  }

  /** Makes these the members. A name that stays one keeps its addresses, however it is used now. */
  replace(members: readonly Member[]): void {
    this.#members = members;
    if (!this.#isStarted) return;
    const wanted = new Map(members.map(({ source }) => [formatSource(source), source]));
    for (const [key, { source }] of this.#parts) {
      if (wanted.has(key)) continue;
      source.stop();
      this.#parts.delete(key);
    }
    this.#update();
    if (!this.#isStarted) return; // Whoever was told of the list has stopped this.
    for (const [key, wantedSource] of wanted) this.#find(key, wantedSource);
  }

  #find(key: string, where: MemberSource): void {
    const part = this.#parts.get(key) ?? this.#makePart(where);
    if (part === null) return;
    this.#parts.set(key, part);
    part.source.start();
  }

  #makePart(where: MemberSource): Part | null {
    if (where.kind === "address") return null;
    const events: SourceEvents = {
      ...this.#events,
      onChange: (found) => {
        part.found = found;
        this.#update();
      },
    };
    const source = where.kind === "name"
      ? nameSource(where.hostname, where.port, this.#resolver, this.#interval, events)
      : srvSource(where.name, this.#resolver, this.#interval, events);
    const part: Part = { source, found: [] };
    return part;
  }

  #update(): void {
    // In the order of the members, which `first` follows.
    const list = unique(this.#members.flatMap((member) => this.#backendsOf(member)));
    if (areSame(list, this.#last)) return;
    this.#last = list;
    this.#events.onChange(list);
  }

  #backendsOf({ source, weight, isBackup, max }: Member): readonly Backend[] {
    const use = { weight, isBackup, max };
    if (source.kind === "address") return [{ address: source.address, ...use }];
    const found = this.#parts.get(formatSource(source))?.found ?? [];
    if (source.kind === "name") return found.map(({ address }) => ({ address, ...use }));
    return found.map((one) => ({
      ...one,
      weight: weight === 0 ? 0 : one.weight,
      isBackup: one.isBackup || isBackup,
      max,
    }));
  }
}
