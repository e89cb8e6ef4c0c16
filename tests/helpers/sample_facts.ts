import { NO_TOTALS } from "../../src/lane/lane_totals.ts";
import type { ServerFacts } from "../../src/ops/status/server_facts.ts";
import { sampleStatus } from "./sample_status.ts";

/** What the main thread of a server in `pooled` mode knows that has done nothing, except as `given`. */
export function sampleFacts(
  { limits, ...given }: Partial<Omit<ServerFacts, "limits">> & {
    readonly limits?: Partial<ServerFacts["limits"]>;
  } = {},
): ServerFacts {
  const {
    state,
    mode,
    service,
    pid,
    addresses,
    inherited,
    generation,
    accept_queue,
    log,
    ...status
  } = sampleStatus();
  return {
    ...{ state, mode, service, pid, addresses, inherited, generation, accept_queue, log },
    started: Date.parse(status.started),
    processors: 2,
    fullestQueue: 0,
    saturationWait: 5000,
    limits: { ...status.limits, ...limits },
    failed_generation: null,
    reloads: status.reloads,
    crash_loop: null,
    last_crash: null,
    log_failure: null,
    lanes: [],
    gone: NO_TOTALS,
    ended: { started: 0, crashed: 0, hung: 0, recycled: 0 },
    upstreams: [],
    dependencies: [],
    ...given,
  };
}
