import { EXIT, ExitError } from "../base/exit.ts";
import { formatSize } from "../settings/units.ts";
import type { SupervisionSettings } from "./settings.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/**
 * Rejects a memory limit that workers exceed as soon as they start: they would be
 * recycled forever. Those on the main thread are never recycled.
 *
 * @param lanes Lanes that have just started.
 * @throws {ExitError} 78 if a lane is above the limit.
 */
export function checkMemoryLimit(
  lanes: readonly SupervisedLane[],
  { maxWorkerMemory }: SupervisionSettings,
): void {
  const recyclable = lanes.filter(({ generation }) => generation.plan.place !== "here");
  const memory = Math.max(...recyclable.map((lane) => lane.row.get("memory")));
  if (maxWorkerMemory === null || memory <= maxWorkerMemory) return;
  const found = `${Math.ceil(memory / 1024 ** 2)}mb`;
  throw new ExitError(
    `Cannot keep workers below --max-worker-memory ${formatSize(maxWorkerMemory)}: ` +
      `found ${found} in a worker that has just started, expected a higher limit`,
    EXIT.config,
  );
}
