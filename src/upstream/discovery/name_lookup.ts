import type { AddressRecord, DnsRecord } from "./dns_message.ts";
import { keeping } from "./found_list.ts";
import { ResolveError } from "./resolve_error.ts";
import type { Answer, Resolver } from "./resolver.ts";

/** What a name stands for, at least as far as is known. */
export interface Lookup {
  /** IP addresses of both families; those that were found last, if some could not be found now. */
  readonly addresses: readonly string[];
  /** How long they hold, in seconds; 0 if there is a problem. */
  readonly ttl: number;
  /** Why these may not be the present addresses, as it ends "Cannot resolve a.test: ..."; or null. */
  readonly problem: string | null;
}

type Family = AddressRecord["type"];

/** Looks up all addresses of a name, again and again, and keeps those that it found last. */
export class NameLookup {
  readonly #name: string;
  readonly #resolver: Resolver;
  readonly #last: Record<Family, readonly string[]> = { A: [], AAAA: [] };

  constructor(name: string, resolver: Resolver) {
    this.#name = name;
    this.#resolver = resolver;
  }

  /**
   * Never fails if only the name cannot be resolved.
   *
   * @throws The reason of `signal`, if it aborts first.
   */
  async look(signal: AbortSignal): Promise<Lookup> {
    const [four, six] = await Promise.all([this.#ask("A", signal), this.#ask("AAAA", signal)]);
    const found = [four, six].flatMap((result) => isFailure(result) ? [] : result.records);
    const failure = [four, six].find(isFailure);
    // A name without any address is as gone as one that does not exist.
    if (found.length === 0) return this.#kept(failure?.message ?? "it has no addresses");
    const areTaken = [this.#take("A", four), this.#take("AAAA", six)].every(Boolean);
    if (!areTaken && failure !== undefined) return this.#kept(failure.message);
    return { addresses: this.#all(), ttl: Math.min(ttlOf(four), ttlOf(six)), problem: null };
  }

  /** Takes over addresses that came with the answer to another question. */
  learn(records: readonly AddressRecord[]): Lookup {
    for (const family of ["A", "AAAA"] as const) this.#set(family, records);
    return {
      addresses: this.#all(),
      ttl: Math.min(...records.map(({ ttl }) => ttl)),
      problem: null,
    };
  }

  async #ask(family: Family, signal: AbortSignal): Promise<Answer | ResolveError> {
    try {
      return await this.#resolver.resolve(this.#name, family, signal);
    } catch (error) {
      if (error instanceof ResolveError) return error;
      throw error;
    }
  }

  /**
   * Takes over the addresses of a family. There are servers that never answer for one that they
   * have no addresses of: that is no problem.
   *
   * @returns Whether this family's addresses are known to be up to date.
   */
  #take(family: Family, result: Answer | ResolveError): boolean {
    if (isFailure(result)) return this.#last[family].length === 0;
    this.#set(family, result.records);
    return true;
  }

  #set(family: Family, records: readonly DnsRecord[]): void {
    this.#last[family] = records.flatMap(({ type, data }) => type === family ? [data] : []);
  }

  #kept(problem: string): Lookup {
    const addresses = this.#all();
    return { addresses, ttl: 0, problem: problem + keeping(addresses.length) };
  }

  #all(): readonly string[] {
    return [...this.#last.A, ...this.#last.AAAA];
  }
}

function isFailure(result: Answer | ResolveError): result is ResolveError {
  return result instanceof ResolveError;
}

/** Of a family without addresses, nothing is known of how long that holds. */
function ttlOf(result: Answer | ResolveError): number {
  return isFailure(result) || result.records.length === 0 ? Infinity : result.ttl;
}
