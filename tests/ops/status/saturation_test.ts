import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  laneSaturation,
  type SaturationFacts,
  serverSaturation,
  smoothed,
  SMOOTHING,
  UNSATURATED,
} from "../../../src/ops/status/saturation.ts";
import { SmoothSaturation } from "../../../src/ops/status/smooth_saturation.ts";
import { sampleLane } from "../../helpers/sample_status.ts";

/** Two lanes on two processors. */
const FACTS: SaturationFacts = {
  open: 0,
  capacity: 1000,
  maxLanes: 2,
  processors: 2,
  fullestQueue: 0,
  waitBound: 5000,
};

const lane = sampleLane({ max_connections: 500 });

Deno.test("laneSaturation() is the largest of event loop, connections and wait", () => {
  const given = { ...lane, busy: 0.5, open: 100, wait_ms: 1000 };
  const expected = { value: 0.5, event_loop: 0.5, connections: 0.2, accept_queue: 0, wait: 0.2 };
  assertEquals(laneSaturation(given, 5000), expected);
  assertEquals(laneSaturation({ ...given, open: 450 }, 5000).value, 0.9);
  assertEquals(laneSaturation({ ...given, wait_ms: 4000 }, 5000).value, 0.8);
});

Deno.test("laneSaturation() of a lane that is blocked is that of one without time, whatever CPU time it uses", () => {
  const { event_loop, value } = laneSaturation({ ...lane, heartbeat_age_ms: 1000 }, 5000);
  assertEquals([event_loop, value], [1, 1]);
});

Deno.test("laneSaturation() stays within 0 and 1, whatever the figures", () => {
  const given = { ...lane, open: 900, wait_ms: 1e9 };
  const { connections, wait, value } = laneSaturation(given, 5000);
  assertEquals([connections, wait, value], [1, 1, 1]);
  assertEquals(laneSaturation({ ...given, max_connections: 0 }, 0), UNSATURATED);
});

Deno.test("serverSaturation() takes the mean of the event loops and waits of lanes that are ready", () => {
  const lanes = [
    { ...lane, busy: 1, wait_ms: 5000 },
    { ...lane, busy: 0.5, wait_ms: 0 },
    sampleLane({ state: "hung", busy: 1, wait_ms: 5000 }),
  ];
  const { event_loop, wait } = serverSaturation(FACTS, lanes);
  assertEquals([event_loop, wait], [0.75, 0.5]);
});

Deno.test("serverSaturation() is 1 when more lanes than processors have used all of these", () => {
  const lanes = Array.from({ length: 8 }, () => ({ ...lane, busy: 0.25 }));
  assertEquals(serverSaturation({ ...FACTS, maxLanes: 8 }, lanes).event_loop, 1);
});

Deno.test("serverSaturation() counts lanes that are blocked as a share of all, unless the processors are used more", () => {
  const blocked = { ...lane, heartbeat_age_ms: 1000 };
  const eventLoop = (...lanes: typeof lane[]) => serverSaturation(FACTS, lanes).event_loop;
  assertEquals(eventLoop(blocked, lane, lane, lane), 0.25);
  assertEquals(eventLoop(blocked, { ...lane, busy: 1 }, lane, lane), 0.5);
  assertEquals(eventLoop(blocked), 1);
});

Deno.test("serverSaturation() of a lane alone on two processors is what that lane has left", () => {
  assertEquals(serverSaturation({ ...FACTS, maxLanes: 1 }, [{ ...lane, busy: 1 }]).event_loop, 1);
});

Deno.test("serverSaturation() of threads for one connection each is their share of all that may run", () => {
  const busy = sampleLane({ max_connections: 1, open: 1, busy: 0.5 });
  const facts = { ...FACTS, open: 3, capacity: 64, maxLanes: 64 };
  const { event_loop, connections } = serverSaturation(facts, [busy, busy, busy]);
  assertEquals([event_loop, connections], [0.75, 3 / 64]);
});

Deno.test("serverSaturation() counts the fullest accept queue, and connections of lanes that are gone", () => {
  const { accept_queue, connections, value } = serverSaturation(
    { ...FACTS, fullestQueue: 1.01, open: 250 },
    [],
  );
  assertEquals([accept_queue, connections, value], [1, 0.25, 1]);
});

Deno.test("serverSaturation() leaves the wait out without a bound", () => {
  const lanes = [{ ...lane, wait_ms: 60_000 }];
  assertEquals(serverSaturation({ ...FACTS, waitBound: 0 }, lanes), UNSATURATED);
});

Deno.test("smoothed() approaches a figure in time, however often it is read", () => {
  const full = { value: 1, event_loop: 1, connections: 0, accept_queue: 0, wait: 0 };
  const once = smoothed(UNSATURATED, full, 2000);
  let often = UNSATURATED;
  for (let i = 0; i < 20; i++) often = smoothed(often, full, 100);
  assertAlmostEquals(once.event_loop, often.event_loop, 1e-9);
  assertAlmostEquals(smoothed(UNSATURATED, full, SMOOTHING).value, 1 - 1 / Math.E, 1e-9);
  assert(smoothed(UNSATURATED, full, 100).value < 0.05, "it jumps");
  assert(smoothed(UNSATURATED, full, 60_000).value > 0.999, "it lags");
});

Deno.test("SmoothSaturation takes its first reading as it is, since there is nothing to smooth", () => {
  const saturation = new SmoothSaturation();
  // Another one so soon says no more than the first.
  for (const open of [0, 500]) {
    saturation.update({ ...FACTS, open }, [sampleLane({ lane: 1, open: 8 * open })], 1);
  }
  assertEquals([saturation.server.connections, saturation.of(1).connections], [0.5, 0.4]);
  saturation.update({ ...FACTS, open: 500 }, [sampleLane({ lane: 1, open: 4000 })], 1000);
  saturation.update(FACTS, [sampleLane({ lane: 1 })], 1);
  assert(saturation.server.connections > 0.49, "it jumps");
});

Deno.test("SmoothSaturation forgets lanes that are gone, and begins new ones at 0", () => {
  const saturation = new SmoothSaturation();
  saturation.update(FACTS, [sampleLane({ lane: 1, busy: 1 })], 60_000);
  assertEquals([saturation.of(1).value, saturation.of(2).value], [1, 0]);
  saturation.update(FACTS, [sampleLane({ lane: 2, busy: 1 })], 300);
  assertEquals([saturation.of(1).value, saturation.of(2).value], [0, 0.095]);
});
