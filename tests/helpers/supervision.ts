import type { SupervisionSettings } from "../../src/supervision/settings.ts";

/** Settings under which a lane is never ended, but at one that hangs the server is. */
export const UNLIMITED: SupervisionSettings = {
  workerTimeout: 0,
  maxHungThreads: 1,
  threadIdleTimeout: 0,
  retireTimeout: 0,
  gracefulTimeout: 0,
  maxRequests: 0,
  maxRequestsJitter: 0,
  maxWorkerAge: 0,
  maxWorkerMemory: null,
};
