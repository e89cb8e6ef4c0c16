/** The options of threads and processes, a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** The most lanes that a setting or a command may ask for. */
export const MAX_WORKERS = 256;

/** Every option of the group "Workers". */
export const WORKER_OPTIONS = {
  workers: option(kinds.integer(1, MAX_WORKERS), {
    default: null,
    unset: "one per available processor",
    short: "w",
    env: ["WEB_CONCURRENCY"],
    group: "Workers",
    help: "Number of threads in --mode pooled, or of processes in --mode forked",
  }),
  minThreads: option(kinds.integer(1, MAX_WORKERS), {
    default: 2,
    group: "Workers",
    help: "Minimum number of threads in --mode threaded",
  }),
  maxThreads: option(kinds.integer(1, MAX_WORKERS), {
    default: 64,
    group: "Workers",
    help: "Maximum number of threads in --mode threaded",
  }),
  spareThreads: option(kinds.integer(0, MAX_WORKERS), {
    default: 2,
    group: "Workers",
    help: "Idle threads that --mode threaded keeps ready for new connections",
  }),
  threadIdleTimeout: option(kinds.duration(), {
    default: 10_000,
    group: "Workers",
    help: "How long a surplus thread in --mode threaded stays idle before it exits",
  }),
  startTimeout: option(kinds.duration(), {
    default: 60_000,
    group: "Workers",
    help: "How long a worker may take to load its handler and listen; 0 means no limit",
  }),
  workerTimeout: option(kinds.duration(), {
    default: 30_000,
    group: "Workers",
    help: "How long a worker may hang before it is replaced; 0 means no limit",
  }),
  maxHungThreads: option(kinds.integer(1, MAX_WORKERS), {
    default: 4,
    group: "Workers",
    help: "Number of hung threads, which cannot be stopped, at which the server drains and exits",
  }),
  maxRequests: option(kinds.integer(0, 2 ** 31 - 1), {
    default: 0,
    group: "Workers",
    help: "Number of requests after which a worker is replaced; 0 means no limit",
  }),
  maxRequestsJitter: option(kinds.percent(), {
    default: 10,
    group: "Workers",
    help: "Maximum random addition to --max-requests and --max-worker-age, so that workers are " +
      "not all replaced at once",
  }),
  maxWorkerAge: option(kinds.duration(), {
    default: 0,
    group: "Workers",
    help: "Age at which a worker is replaced; 0 means no limit",
  }),
  maxWorkerMemory: option(kinds.size(1024 ** 2), {
    default: null,
    unset: "its share of a container's memory",
    group: "Workers",
    help: "Memory use at which a worker is replaced",
  }),
  sandbox: option(kinds.flag(), {
    default: false,
    group: "Workers",
    help: "Deny handlers in threads access to files, the environment and other programs",
  }),
};
