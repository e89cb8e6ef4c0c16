import { getLogger } from "@logtape/logtape";
import { ResourcePools } from "../../src/lane/resource_pool.ts";
import { sharedState } from "../../src/lane/shared_state.ts";
import type { ServiceContext, ServiceHost } from "../../src/services/service.ts";
import { KEPT } from "./tenancy.ts";

/** A context like that of a lane which never retires or drains. */
export const CONTEXT: ServiceContext = {
  lane: 0,
  mode: "async",
  log: getLogger(["sluice", "test"]),
  retiring: new AbortController().signal,
  draining: new AbortController().signal,
  dial: () => Promise.reject(new Error("There is no lane to dial with")),
  pool: new ResourcePools(() => {}).pool,
  ...sharedState(0, (_, bytes) => Promise.resolve(new SharedArrayBuffer(bytes)), KEPT),
};

/** Drops the lines of the access log. */
export const HOST: ServiceHost = {
  columns: null,
  recordAccess() {},
  openMeter: () => null,
  backends: null,
  sampling: null,
};
