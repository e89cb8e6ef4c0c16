/** A service whose places are in SRV records (RFC 2782): ports, weights and priorities. */
import type { Backend } from "../backend.ts";
import type { AddressRecord, DnsRecord, ServiceRecord } from "./dns_message.ts";
import { type Lookup, NameLookup } from "./name_lookup.ts";
import { type Interval, type Look, Refresher } from "./refresher.ts";
import { ResolveError } from "./resolve_error.ts";
import type { Resolver } from "./resolver.ts";
import type { Source, SourceEvents } from "./source.ts";

/**
 * Finds the places of a service, and resolves it again by its time to live. Those of a
 * priority other than the lowest number are backups. There is no limit of connections.
 *
 * @param name As `_http._tcp.service.consul`.
 */
export function srvSource(
  name: string,
  resolver: Resolver,
  interval: Interval,
  events: SourceEvents,
): Source {
  const lookup = new SrvLookup(name, resolver);
  return new Refresher(name, (signal) => lookup.look(signal), interval, events);
}

/** Looks up the places of a service, and the addresses of their names. */
class SrvLookup {
  readonly #name: string;
  readonly #resolver: Resolver;
  /** The lookups of the targets that the last answer named. */
  #targets: ReadonlyMap<string, NameLookup> = new Map();

  constructor(name: string, resolver: Resolver) {
    this.#name = name;
    this.#resolver = resolver;
  }

  async look(signal: AbortSignal): Promise<Look> {
    const answer = await this.#resolver.resolve(this.#name, "SRV", signal);
    const services = answer.records.flatMap(({ type, data }) => type === "SRV" ? [data] : []);
    // The root as the only target means that the service is not available (RFC 2782).
    const places = services.filter(({ target }) => target !== "");
    if (places.length === 0) throw new ResolveError("no place offers this service");
    const known = await this.#addressesOf(places, answer.additionals, signal);
    const lookups = [...known];
    const failed = lookups.find(([, { problem }]) => problem !== null);
    return {
      found: foundAt(places, known),
      ttl: Math.min(answer.ttl, ...lookups.map(([, { ttl }]) => ttl)),
      problem: failed === undefined ? null : `Cannot resolve ${failed[0]}: ${failed[1].problem}`,
    };
  }

  /** The addresses of all targets: what the server has added, or what another question finds. */
  async #addressesOf(
    places: readonly ServiceRecord[],
    additionals: readonly DnsRecord[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Lookup>> {
    const names = [...new Set(places.map(({ target }) => target))];
    this.#targets = new Map(names.map((name) => [
      name,
      this.#targets.get(name) ?? new NameLookup(name, this.#resolver),
    ]));
    return new Map(
      await Promise.all([...this.#targets].map(async ([name, lookup]) => {
        const added = addedFor(name, additionals);
        return [name, added.length > 0 ? lookup.learn(added) : await lookup.look(signal)] as const;
      })),
    );
  }
}

function foundAt(places: readonly ServiceRecord[], known: ReadonlyMap<string, Lookup>): Backend[] {
  const first = Math.min(...places.map(({ priority }) => priority));
  return places.flatMap(({ target, port, weight, priority }) =>
    (known.get(target)?.addresses ?? []).map((hostname): Backend => ({
      address: { transport: "tcp", hostname, port },
      weight: Math.max(1, weight),
      isBackup: priority > first,
      max: 0,
    }))
  );
}

/** The addresses of a target that came with the answer. */
function addedFor(name: string, additionals: readonly DnsRecord[]): readonly AddressRecord[] {
  return additionals.flatMap((record) =>
    record.name === name && (record.type === "A" || record.type === "AAAA") ? [record] : []
  );
}
