import { availableProcessors } from "../base/processors.ts";
import type { Ready } from "../places/handle.ts";
import { loadError } from "../base/load_error.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/**
 * Starts lanes, and waits until all are ready. While other lanes serve, one starts ahead
 * of the rest, so that code which does not come up costs the time and the processor of
 * one lane; then only as many start at a time as leave half of the processors.
 *
 * @param launch Launches one lane.
 * @param isServing Whether other lanes serve clients.
 * @returns The report of the first lane.
 * @throws {Error} If a lane cannot start or, while other lanes serve, if one ends before
 * all are ready; then no further ones are launched.
 */
export async function startLanes(
  launch: () => SupervisedLane,
  count: number,
  isServing: boolean,
): Promise<Ready> {
  if (count < 1) throw new Error("the plan has no lanes");
  const early = Promise.withResolvers<never>();
  early.promise.catch(() => {});
  let hasFailed = false;
  const fail = (error: unknown) => {
    hasFailed = true;
    early.reject(error);
  };
  const start = () => {
    const lane = launch();
    const { ready } = lane.handle;
    if (isServing) void ready.then(() => endsEarly(lane)).then(fail, fail);
    return ready;
  };
  const first = start();
  if (isServing) await first;
  const rest = count - 1;
  const atOnce = isServing ? await startsAtOnce() : rest;
  let launched = 0;
  const startInTurn = async () => {
    while (launched < rest && !hasFailed) {
      launched++;
      try {
        await start();
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const all = Promise.all(Array.from({ length: Math.min(atOnce, rest) }, startInTurn));
  await Promise.race([early.promise, Promise.all([first, all])]);
  return await first;
}

/** How many lanes may start at a time while others serve: these keep half of the processors. */
export async function startsAtOnce(): Promise<number> {
  return Math.max(1, Math.floor(await availableProcessors() / 2));
}

/** Waits for the end of a lane that is ready, and returns why it should have gone on. */
async function endsEarly(lane: SupervisedLane): Promise<Error> {
  const exit = await lane.gone;
  if (exit.kind !== "crashed") return new Error("it ended right after its start");
  return new Error(`it crashed right after its start: ${loadError(exit.error)}`);
}
