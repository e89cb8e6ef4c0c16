import { autoscaler } from "./autoscaler.ts";
import { disruption } from "./disruption.ts";
import { doubleWait } from "./double_wait.ts";
import { killMode } from "./kill_mode.ts";
import { liveness } from "./liveness.ts";
import { memory } from "./memory.ts";
import { noticeTime } from "./notice_time.ts";
import { ports } from "./ports.ts";
import { probeTarget } from "./probe_target.ts";
import { processors } from "./processors.ts";
import { readiness } from "./readiness.ts";
import { rollout } from "./rollout.ts";
import type { Rule } from "./rule.ts";
import { selectors } from "./selectors.ts";
import { startCommand } from "./start_command.ts";
import { stopSignal } from "./stop_signal.ts";
import { stopTime } from "./stop_time.ts";
import { watchdog } from "./watchdog.ts";
import { writablePaths } from "./writable_paths.ts";

/** All rules. A new one is its file and one more row. */
export const RULES: readonly Rule[] = [
  stopTime,
  noticeTime,
  doubleWait,
  readiness,
  liveness,
  probeTarget,
  ports,
  selectors,
  memory,
  processors,
  autoscaler,
  disruption,
  rollout,
  startCommand,
  stopSignal,
  watchdog,
  killMode,
  writablePaths,
];
