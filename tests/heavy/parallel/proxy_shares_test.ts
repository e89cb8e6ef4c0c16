import { workers } from "../../helpers/modes.ts";
import { SHARES, startPolicies } from "../../helpers/shares.ts";

/** Of each policy; more find smaller faults, such as SHARES_CLIENTS=20000. */
const CLIENTS = Number(Deno.env.get("SHARES_CLIENTS") ?? 2000);
const AT_ONCE = 16;

// In `async` as well, but with fewer clients: see tests/services/proxy/shares_test.ts.
for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode}: each --balance shares ${CLIENTS} clients by weight`, async () => {
    await using balancer = await startPolicies(workers(mode));
    for (const policy of Object.keys(SHARES)) {
      await balancer.sharesRightly(policy, CLIENTS, AT_ONCE);
    }
  });
}
