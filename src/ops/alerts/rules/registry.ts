import type { Rule } from "../rule.ts";
import { backendDown } from "./backend_down.ts";
import { certificateEnds } from "./certificate_ends.ts";
import { crashLoop } from "./crash_loop.ts";
import { dependencyDown } from "./dependency_down.ts";
import { errorRatio } from "./error_ratio.ts";
import { eventLoopBlocked } from "./event_loop_blocked.ts";
import { logDropped } from "./log_dropped.ts";
import { noLaneReady } from "./no_lane_ready.ts";
import { overload } from "./overload.ts";
import { reloadFailed } from "./reload_failed.ts";
import { serverCrashed } from "./server_crashed.ts";
import { slowRequests } from "./slow_requests.ts";
import { upstreamDown } from "./upstream_down.ts";
import { workerCrashed } from "./worker_crashed.ts";
import { workerHung } from "./worker_hung.ts";

/** Every rule that reads the status. That the server cannot start is told without one. */
export const RULES: readonly Rule[] = [
  serverCrashed,
  workerCrashed,
  crashLoop,
  workerHung,
  eventLoopBlocked,
  noLaneReady,
  backendDown,
  upstreamDown,
  dependencyDown,
  certificateEnds,
  overload,
  errorRatio,
  slowRequests,
  logDropped,
  reloadFailed,
];
