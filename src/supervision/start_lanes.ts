import { availableProcessors } from "../base/processors.ts";
import type { Ready } from "../places/handle.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/**
 * Starts lanes, and waits until all are ready. While other lanes serve, one starts ahead
 * of the rest, so that code which does not come up costs the time and the processor of
 * one lane; then only as many start at a time as leave half of the processors.
 *
 * @param launch Launches one lane.
 * @param isServing Whether other lanes serve clients.
 * @returns The report of the first lane.
 * @throws {Error} If a lane cannot start; then no further ones are launched.
 */
export async function startLanes(
  launch: () => SupervisedLane,
  count: number,
  isServing: boolean,
): Promise<Ready> {
  if (count < 1) throw new Error("the plan has no lanes");
  const first = launch().handle.ready;
  if (isServing) await first;
  const rest = count - 1;
  const atOnce = isServing ? Math.max(1, Math.floor(await availableProcessors() / 2)) : rest;
  let launched = 0;
  let hasFailed = false;
  const startInTurn = async () => {
    while (launched < rest && !hasFailed) {
      launched++;
      try {
        await launch().handle.ready;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all([first, ...Array.from({ length: Math.min(atOnce, rest) }, startInTurn)]);
  return await first;
}
