import { workers } from "../../helpers/modes.ts";
import { SHARES, startPolicies } from "../../helpers/shares.ts";

/** Clients of each policy; tests/heavy has more. */
const CLIENTS = 300;

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: each --balance shares clients by weight`, async () => {
    await using balancer = await startPolicies(workers(mode));
    for (const policy of Object.keys(SHARES)) await balancer.sharesRightly(policy, CLIENTS);
    await balancer.usesAll();
  });
}
