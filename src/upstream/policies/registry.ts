import { First } from "./first.ts";
import { Hash } from "./hash.ts";
import { LeastConnections } from "./least_connections.ts";
import { PowerOfTwo } from "./p2c.ts";
import type { Policy } from "./policy.ts";
import { RoundRobin } from "./round_robin.ts";

/** Every policy, by its name for `--balance`. */
export const POLICIES = {
  "round-robin": () => new RoundRobin(),
  "least-connections": () => new LeastConnections(),
  p2c: () => new PowerOfTwo(),
  hash: () => new Hash(),
  first: () => new First(),
} as const satisfies Readonly<Record<string, () => Policy>>;

/** The name of a policy. */
export type PolicyName = keyof typeof POLICIES;
