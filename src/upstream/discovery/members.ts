import type { Backend } from "../backend.ts";
import { areSame, ordered } from "./found_list.ts";
import { keyOf, type Member, type Target } from "./member.ts";
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
  /** By the keys of the targets. */
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
    const wanted = new Map(members.map(({ target }) => [keyOf(target), target]));
    for (const [key, { source }] of this.#parts) {
      if (wanted.has(key)) continue;
      source.stop();
      this.#parts.delete(key);
    }
    this.#update();
    if (!this.#isStarted) return; // Whoever was told of the list has stopped this.
    for (const [key, target] of wanted) this.#find(key, target);
  }

  #find(key: string, target: Target): void {
    const part = this.#parts.get(key) ?? this.#makePart(target);
    if (part === null) return;
    this.#parts.set(key, part);
    part.source.start();
  }

  #makePart(target: Target): Part | null {
    if (target.type === "address") return null;
    const events: SourceEvents = {
      ...this.#events,
      onChange: (found) => {
        part.found = found;
        this.#update();
      },
    };
    const source = target.type === "name"
      ? nameSource(target.name, target.port, this.#resolver, this.#interval, events)
      : srvSource(target.name, this.#resolver, this.#interval, events);
    const part: Part = { source, found: [] };
    return part;
  }

  #update(): void {
    const list = ordered(this.#members.flatMap((member) => this.#backendsOf(member)));
    if (areSame(list, this.#last)) return;
    this.#last = list;
    this.#events.onChange(list);
  }

  #backendsOf({ target, use }: Member): readonly Backend[] {
    if (target.type === "address") return [{ address: target.address, ...use }];
    const found = this.#parts.get(keyOf(target))?.found ?? [];
    if (target.type === "name") return found.map(({ address }) => ({ address, ...use }));
    return found.map((one) => ({
      ...one,
      isBackup: one.isBackup || use.isBackup,
      max: use.max,
    }));
  }
}
