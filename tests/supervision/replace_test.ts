import { assertEquals } from "@std/assert";
import { LaneReplacer } from "../../src/supervision/replace.ts";
import type { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { planOf, recordingLog, SILENT, UNLIMITED } from "../helpers/supervision.ts";

Deno.test("LaneReplacer retires the lanes with room first, and then the full ones one after another", async () => {
  const steps: string[] = [];
  const makeLane = (name: string, hasRoom: boolean) =>
    ({
      hasRoom,
      gone: new Promise(() => {}),
      async retire() {
        steps.push(`${name} retires`);
        await Promise.resolve();
        steps.push(`${name} has stopped accepting`);
      },
    }) as unknown as SupervisedLane;
  const old = [makeLane("full 1", false), makeLane("idle", true), makeLane("full 2", false)];
  const successors = { expected: 0, isGrowing: false, room: 1, failure: null, fill() {} };
  await new LaneReplacer(SILENT, successors).replace(old, [], { firstOf: () => 3 }, UNLIMITED);
  assertEquals(steps, [
    "idle retires",
    "idle has stopped accepting",
    "full 1 retires",
    "full 1 has stopped accepting",
    "full 2 retires",
    "full 2 has stopped accepting",
  ]);
});

Deno.test("LaneReplacer does not blame permissions if the new lane that sets the filter dies", async () => {
  const { log, records } = recordingLog();
  const plan = planOf({ min: 1 }, { place: "process", sharing: "reusePort" });
  const dying = {
    generation: { plan },
    state: "ready",
    handle: {
      setReuseportFilter() {
        dying.state = "free";
        return Promise.resolve(false);
      },
    },
  };
  const old = { hasRoom: true, retire: () => Promise.resolve() };
  const successors = { expected: 0, isGrowing: false, room: 1, failure: null, fill() {} };
  const lanes = (lane: object) => [lane as unknown as SupervisedLane];
  const replacer = new LaneReplacer(log, successors);
  await replacer.replace(lanes(old), lanes(dying), { firstOf: () => 1 }, UNLIMITED);
  assertEquals(records, [
    "Clients in the queue of a replaced process may be reset: another one has started or ended meanwhile",
  ]);
});
