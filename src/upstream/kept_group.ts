import { now } from "../base/clock.ts";
import type { UpstreamGroup } from "../settings/balancer.ts";
import type { Backend } from "./backend.ts";
import { FileSource } from "./discovery/file.ts";
import { unique } from "./discovery/found_list.ts";
import { Members } from "./discovery/members.ts";
import { type Resolver, resolverOf, systemResolver } from "./discovery/resolver.ts";
import type { Source, SourceEvents } from "./discovery/source.ts";

/** How long names and files may take to be read at the start, in milliseconds. */
const START = 5000;

/** What is told of the sources of a group. */
export interface GroupEvents extends Pick<SourceEvents, "onProblem" | "onRecovery"> {
  /** The backends have changed. */
  onChange(): void;
}

/** A group as the keeper knows it: its settings, and the backends that its sources have found. */
export class KeptGroup {
  /** In the order of the settings, each address once. */
  backends: readonly Backend[] = [];
  readonly #since = now();
  #settings: UpstreamGroup;
  readonly #events: GroupEvents;
  #members: Members;
  #file: Source | null = null;
  #fromMembers: readonly Backend[] = [];
  #fromFile: readonly Backend[] = [];

  /** @param number The number of the group on the board. */
  constructor(readonly number: number, settings: UpstreamGroup, events: GroupEvents) {
    this.#settings = settings;
    this.#events = events;
    const resolver = resolverFor(settings);
    this.#members = this.#makeMembers(resolver);
    this.#file = this.#makeFile(resolver);
  }

  get settings(): UpstreamGroup {
    return this.#settings;
  }

  /** Whether all that is found at the start was found, so that backends that come now are new. */
  get hasBegun(): boolean {
    return now() - this.#since > START;
  }

  start(): void {
    this.#members.start();
    this.#file?.start();
  }

  stop(): void {
    this.#members.stop();
    this.#file?.stop();
  }

  /** Takes the settings of a reload. Names that stay members keep the addresses that they have. */
  update(settings: UpstreamGroup): void {
    const before = this.#settings;
    this.#settings = settings;
    const isSameResolver = JSON.stringify([before.resolvers, before.resolveInterval]) ===
      JSON.stringify([settings.resolvers, settings.resolveInterval]);
    if (isSameResolver && before.file === settings.file) {
      return this.#members.replace(settings.members);
    }
    this.stop();
    const resolver = resolverFor(settings);
    this.#members = this.#makeMembers(resolver);
    this.#file = this.#makeFile(resolver);
    if (this.#file === null) this.#fromFile = [];
    this.start();
  }

  #makeMembers(resolver: Resolver): Members {
    const { members, resolveInterval } = this.#settings;
    return new Members(members, resolver, resolveInterval, {
      ...this.#events,
      onChange: (found) => {
        this.#fromMembers = found;
        this.#merge();
      },
    });
  }

  #makeFile(resolver: Resolver): Source | null {
    const { file, resolveInterval } = this.#settings;
    if (file === null) return null;
    return new FileSource(file, resolver, resolveInterval, {
      ...this.#events,
      onChange: (found) => {
        this.#fromFile = found;
        this.#merge();
      },
    });
  }

  #merge(): void {
    this.backends = unique([...this.#fromMembers, ...this.#fromFile]);
    this.#events.onChange();
  }
}

function resolverFor({ resolvers }: UpstreamGroup): Resolver {
  const servers = resolvers.flatMap((one) => one.transport === "tcp" ? [one] : []);
  return servers.length === 0 ? systemResolver() : resolverOf(servers);
}
