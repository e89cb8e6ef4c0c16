/** The kind whose values are networks. */
import * as v from "valibot";
import { parseNetwork, UNIX_PEERS } from "../../base/network.ts";
import { type Kind, PLAIN } from "./kind.ts";
import { list } from "./lists.ts";

/**
 * A list of networks in CIDR notation, single IP addresses, and `unix` for Unix sockets; text may hold several, separated by commas.
 */
export function networks(): Kind<readonly string[]> {
  const expected = "a network such as 10.0.0.0/8 or fd00::/8, with nothing but zeros after its " +
    "prefix, an IP address, or unix";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.check((text) => text === UNIX_PEERS || parseNetwork(text) !== null, expected),
  );
  return list({ ...PLAIN, type: "network", schema });
}
