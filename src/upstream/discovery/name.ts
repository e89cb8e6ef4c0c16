/** A name that stands for all of its addresses. */
import type { Backend } from "../backend.ts";
import { NameLookup } from "./name_lookup.ts";
import { type Interval, type Look, Refresher } from "./refresher.ts";
import type { Resolver } from "./resolver.ts";
import type { Source, SourceEvents } from "./source.ts";

/**
 * Finds the addresses of a name, and resolves it again by its time to live. All have the
 * weight 1 and no limit of connections.
 */
export function nameSource(
  name: string,
  port: number,
  resolver: Resolver,
  interval: Interval,
  events: SourceEvents,
): Source {
  const lookup = new NameLookup(name, resolver);
  return new Refresher(
    name,
    async (signal): Promise<Look> => {
      const { addresses, ttl, problem } = await lookup.look(signal);
      return {
        found: addresses.map((hostname): Backend => ({
          address: { transport: "tcp", hostname, port },
          weight: 1,
          isBackup: false,
          max: 0,
        })),
        ttl,
        problem: problem === null ? null : `Cannot resolve ${name}: ${problem}`,
      };
    },
    interval,
    events,
  );
}
