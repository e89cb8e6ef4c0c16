/** The options of threads and processes: a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

const MAX_WORKERS = 256;

/** Every option of the group "Workers". */
export const WORKER_OPTIONS = {
  workers: option(kinds.integer(1, MAX_WORKERS), {
    default: null,
    unset: "the processors that it may use",
    short: "w",
    env: ["WEB_CONCURRENCY"],
    group: "Workers",
    help: "Threads of --mode pooled, processes of --mode forked",
  }),
  minThreads: option(kinds.integer(1, MAX_WORKERS), {
    default: 2,
    group: "Workers",
    help: "The fewest threads that --mode threaded keeps",
  }),
  maxThreads: option(kinds.integer(1, MAX_WORKERS), {
    default: 64,
    group: "Workers",
    help: "The most threads that --mode threaded starts",
  }),
  spareThreads: option(kinds.integer(0, MAX_WORKERS), {
    default: 2,
    group: "Workers",
    help: "Idle threads that --mode threaded keeps ready ahead of need",
  }),
  threadIdleTimeout: option(kinds.duration(), {
    default: 60_000,
    group: "Workers",
    help: "How long a thread of --mode threaded that is not needed stays idle before it ends",
  }),
  workerTimeout: option(kinds.duration(), {
    default: 30_000,
    group: "Workers",
    help: "How long a thread or process may be stuck before it is replaced; 0 is for ever",
  }),
  maxHungThreads: option(kinds.integer(1, MAX_WORKERS), {
    default: 4,
    group: "Workers",
    help: "Stuck threads, which cannot be stopped, at which the server drains and exits",
  }),
  maxRequests: option(kinds.integer(0, 2 ** 31 - 1), {
    default: 0,
    group: "Workers",
    help: "Requests after which a worker is replaced; 0 is no limit",
  }),
  maxRequestsJitter: option(kinds.percent(), {
    default: 10,
    group: "Workers",
    help: "How much more than --max-requests, at random, so that workers are " +
      "not replaced at once",
  }),
  maxWorkerAge: option(kinds.duration(), {
    default: 0,
    group: "Workers",
    help: "The age at which a worker is replaced; 0 is no limit",
  }),
  maxWorkerMemory: option(kinds.size(1024 ** 2), {
    default: null,
    unset: "no limit",
    group: "Workers",
    help: "The memory at which a worker is replaced",
  }),
  sandbox: option(kinds.flag(), {
    default: false,
    group: "Workers",
    help: "Handlers in threads may not use files, the environment or programs",
  }),
};
