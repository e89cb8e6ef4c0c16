import type { Logger } from "../../src/log/logger.ts";
import type { SupervisionSettings } from "../../src/supervision/settings.ts";

/** Settings without limits, except that the first hung thread ends the server. */
export const UNLIMITED: SupervisionSettings = {
  startTimeout: 0,
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

const ignore = () => {};

/** Logs nothing. */
export const SILENT: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  getChild: () => SILENT,
};
