import type { HttpGroup } from "../../src/settings/balancer.ts";

/** How a group is used by HTTP with the defaults of the options, but without retries and limits. */
export const HTTP_GROUP: HttpGroup = {
  keepAlive: 4000,
  maxIdle: 128,
  timeouts: { head: 0, idle: 0, total: 0 },
  retries: 0,
  retryOn: [],
  retryBuffer: 0,
  maxRequests: 0,
  breaker: { threshold: 0, time: 1000 },
  sticky: { kind: "none" },
  hashBy: { kind: "address" },
};
