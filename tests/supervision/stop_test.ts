import { assert, assertEquals } from "@std/assert";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Exit, LaneHandle } from "../../src/places/handle.ts";
import type { Generation } from "../../src/supervision/generation.ts";
import { stopLanes } from "../../src/supervision/stop.ts";
import { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { planOf, UNLIMITED } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** How a lane behaves when stopped; it never ends otherwise. */
interface Behaviour {
  readonly open?: number;
  readonly isStarting?: boolean;
  /** Whether it reports that it is ready. */
  readonly isReported?: boolean;
  readonly onStopAccepting?: () => Promise<void>;
  /** Whether it drains, once it has stopped accepting. */
  readonly drains?: boolean;
}

const scoreboard = new Scoreboard();

/** A lane that only records its calls. */
function makeLane(behaviour: Behaviour): { lane: SupervisedLane; calls: readonly string[] } {
  const calls: string[] = [];
  const exited = Promise.withResolvers<Exit>();
  const end = () => exited.resolve({ kind: "stopped" });
  const handle: LaneHandle = {
    pid: 0,
    ready: behaviour.isReported === false
      ? never
      : Promise.resolve({ addresses: [], refusal: null, sockets: [] }),
    exited: exited.promise,
    stopAccepting: async () => {
      await behaviour.onStopAccepting?.();
      calls.push("stopAccepting");
    },
    setLogLevel: () => {},
    drain: () => {
      calls.push("drain");
      if (behaviour.drains !== false && calls.includes("stopAccepting")) end();
    },
    closeConnections: () => {
      calls.push("closeConnections");
      end();
    },
    kill: () => {
      calls.push("kill");
      end();
    },
    retire: () => {
      calls.push("retire");
      return Promise.resolve();
    },
    takeOver: () => Promise.resolve(),
    setReuseportFilter: () => Promise.resolve(false),
    relieve: () => Promise.resolve(false),
    endRelief: () => {},
    findConnections: () => Promise.resolve(null),
    closeConnection: () => Promise.resolve(null),
  };
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("No row is free");
  row.state = behaviour.isStarting ? "starting" : "ready";
  row.addOpen(behaviour.open ?? 0, row.tenancy);
  const generation = { plan: planOf({}) } as Generation;
  return { lane: new SupervisedLane(handle, 0, row, generation, UNLIMITED, 100), calls };
}

const HOUR = 3_600_000;
/** A stop that kills leaves a timer running, for lanes that survive being killed. */
const KILLS = { sanitizeOps: false, sanitizeResources: false };
const ignore = () => {};
const never = new Promise<never>(() => {});

Deno.test("stopLanes() makes all lanes stop accepting before it drains any", async () => {
  const order: string[] = [];
  const lanes = ["a", "b"].map((name) =>
    makeLane({
      onStopAccepting: async () => {
        await Promise.resolve();
        assert(!lanes.some(({ calls }) => calls.includes("drain")), "drained too early");
        order.push(name);
      },
    })
  );
  const stop = await stopLanes(() => lanes.map(({ lane }) => lane), HOUR, never, ignore);
  assertEquals(stop, { connectionsKilled: 0, isCutShort: false });
  assertEquals(order, ["a", "b"]);
  for (const { calls } of lanes) assertEquals(calls, ["stopAccepting", "drain"]);
});

Deno.test(
  "stopLanes() kills at the deadline, and counts the connections still open",
  KILLS,
  async () => {
    const { lane, calls } = makeLane({ open: 2, drains: false });
    const seen: number[] = [];
    const stop = await stopLanes(() => [lane], 10, never, (open) => seen.push(open));
    assertEquals(stop, { connectionsKilled: 2, isCutShort: false });
    assertEquals(calls, ["stopAccepting", "drain", "closeConnections"]);
    assertEquals(seen, [2]);
  },
);

Deno.test("stopLanes() kills before the deadline when told to, and reports it", KILLS, async () => {
  const { lane } = makeLane({ open: 1, drains: false });
  const stop = await stopLanes(() => [lane], HOUR, Promise.resolve(), ignore);
  assertEquals(stop, { connectionsKilled: 1, isCutShort: true });
});

/** Stops lanes without a deadline in sight, and kills them at the end of the test. */
async function whileStopping(lanes: SupervisedLane[], act: () => Promise<void>): Promise<void> {
  const kill = Promise.withResolvers<void>();
  const stopping = stopLanes(() => lanes, HOUR, kill.promise, ignore);
  try {
    await act();
  } finally {
    kill.resolve();
    await stopping;
  }
}

Deno.test(
  "stopLanes() also ends a lane that becomes ready while others stop accepting",
  KILLS,
  async () => {
    const late = makeLane({ isStarting: true });
    const early = makeLane({
      onStopAccepting: () => Promise.resolve(late.lane.markReady(UNLIMITED)),
    });
    let isGone = false;
    void late.lane.gone.then(() => isGone = true);
    await whileStopping([early.lane, late.lane], async () => {
      await until("the lane is gone", () => isGone);
    });
  },
);

Deno.test(
  "stopLanes() drains the other lanes even if one hangs and keeps accepting",
  KILLS,
  async () => {
    const hung = makeLane({ onStopAccepting: () => never });
    const other = makeLane({});
    await whileStopping([hung.lane, other.lane], async () => {
      await until("the other lane drains", () => other.calls.includes("drain"));
    });
  },
);

Deno.test("SupervisedLane.drain() kills a lane that starts, but not one that has accepted a client", () => {
  const unready = makeLane({ isStarting: true });
  unready.lane.drain();
  assertEquals(unready.calls, ["kill"]);
  const late = makeLane({ isStarting: true, open: 1 });
  late.lane.drain();
  assertEquals(late.calls, ["drain"]);
});

Deno.test(
  "SupervisedLane.retire() does not kill a lane whose report of being ready comes late",
  KILLS,
  async () => {
    const { lane, calls } = makeLane({ isStarting: true, open: 1, isReported: false });
    await lane.retire(UNLIMITED);
    assertEquals([calls, lane.state], [["retire"], "retiring"]);
  },
);
