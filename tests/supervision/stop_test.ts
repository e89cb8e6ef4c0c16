import { assert, assertEquals } from "@std/assert";
import type { Exit, LaneHandle } from "../../src/places/handle.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { stopLanes } from "../../src/supervision/stop.ts";
import { type Generation, SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { UNLIMITED } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** What a lane does when it is told to; it never ends but by these. */
interface Habits {
  readonly open?: number;
  readonly isStarting?: boolean;
  readonly onCloseDoor?: () => Promise<void>;
  /** Whether it drains, once its door is closed. */
  readonly drains?: boolean;
}

const scoreboard = new Scoreboard();

/** A lane without connections of its own, and what it was told. */
function lane(habits: Habits): { tended: SupervisedLane; told: readonly string[] } {
  const told: string[] = [];
  const exited = Promise.withResolvers<Exit>();
  const end = () => exited.resolve({ kind: "stopped" });
  const handle: LaneHandle = {
    pid: 0,
    ready: Promise.resolve({ addresses: [], refusal: null }),
    exited: exited.promise,
    stopAccepting: async () => {
      await habits.onCloseDoor?.();
      told.push("stopAccepting");
    },
    drain: () => {
      told.push("drain");
      if (habits.drains !== false && told.includes("stopAccepting")) end();
    },
    kill: () => {
      told.push("kill");
      end();
    },
    abandon: () => {
      told.push("abandon");
      end();
    },
    retire: () => Promise.resolve(),
    setReuseportFilter: () => Promise.resolve(false),
  };
  const row = scoreboard.claim(0);
  if (row === null) throw new Error("There is no free row");
  row.state = habits.isStarting ? "starting" : "ready";
  row.addOpen(habits.open ?? 0);
  return { tended: new SupervisedLane(handle, 0, row, {} as Generation, UNLIMITED, 100), told };
}

const HOUR = 3_600_000;
/** A stop that cuts leaves a timer behind, for lanes that do not end even then; the server ends with it. */
const CUTS = { sanitizeOps: false, sanitizeResources: false };
const never = new Promise<void>(() => {});

Deno.test("stopLanes() closes all doors before it drains anyone", async () => {
  const order: string[] = [];
  const lanes = ["a", "b"].map((name) =>
    lane({
      onCloseDoor: async () => {
        await Promise.resolve();
        assert(!lanes.some(({ told }) => told.includes("drain")), "drained too early");
        order.push(name);
      },
    })
  );
  const stop = await stopLanes(() => lanes.map(({ tended }) => tended), HOUR, never);
  assertEquals(stop, { cut: 0, killed: false });
  assertEquals(order, ["a", "b"]);
  for (const { told } of lanes) assertEquals(told, ["stopAccepting", "drain"]);
});

Deno.test("stopLanes() cuts at the deadline, and counts what was open then", CUTS, async () => {
  const slow = lane({ open: 2, drains: false });
  const stop = await stopLanes(() => [slow.tended], 10, never);
  assertEquals(stop, { cut: 2, killed: false });
  assertEquals(slow.told, ["stopAccepting", "drain", "kill"]);
});

Deno.test("stopLanes() cuts when it is killed, and says so", CUTS, async () => {
  const slow = lane({ open: 1, drains: false });
  const stop = await stopLanes(() => [slow.tended], HOUR, Promise.resolve());
  assertEquals(stop, { cut: 1, killed: true });
});

/** Stops lanes that are given long to end; a kill at the end of the test. */
async function whileStopping(lanes: SupervisedLane[], act: () => Promise<void>): Promise<void> {
  const kill = Promise.withResolvers<void>();
  const stopping = stopLanes(() => lanes, HOUR, kill.promise);
  try {
    await act();
  } finally {
    kill.resolve();
    await stopping;
  }
}

Deno.test(
  "stopLanes() does not wait for a lane that gets ready while others close their doors",
  CUTS,
  async () => {
    const late = lane({ isStarting: true });
    const early = lane({
      onCloseDoor: () => Promise.resolve(late.tended.becameReady(UNLIMITED)),
    });
    let isGone = false;
    void late.tended.gone.then(() => isGone = true);
    await whileStopping([early.tended, late.tended], async () => {
      await until("it is gone", () => isGone, 3000);
    });
  },
);

Deno.test(
  "stopLanes() drains the others although one is stuck and closes no door",
  CUTS,
  async () => {
    const stuck = lane({ onCloseDoor: () => never });
    const other = lane({});
    await whileStopping([stuck.tended, other.tended], async () => {
      await until("the other is drained", () => other.told.includes("drain"), 3000);
    });
  },
);
