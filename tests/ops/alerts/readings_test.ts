import { assert, assertEquals } from "@std/assert";
import { Readings } from "../../../src/ops/alerts/readings.ts";
import { sampleStatus, sampleTotals } from "../../helpers/sample_status.ts";

/** Readings of some seconds; each has its time as the number of requests. */
function readingsOf(seconds: number, window: number): Readings {
  const readings = new Readings();
  for (let time = 0; time <= seconds; time++) {
    const totals = sampleTotals({ requests: time });
    readings.add(time * 1000, sampleStatus({ totals }), window * 1000);
  }
  return readings;
}

Deno.test("Readings.ago() is the newest reading that is as old, or the first one", () => {
  const readings = readingsOf(30, 60);
  const at = (seconds: number) => readings.ago(seconds * 1000).totals.requests;
  assertEquals([at(0), at(0.5), at(10), at(40)], [30, 29, 20, 0]);
  assertEquals([readings.reach(30_000), readings.reach(31_000)], [true, false]);
  assertEquals(readings.now.totals.requests, 30);
});

Deno.test("Readings reach back as far as the window, more roughly beyond a minute", () => {
  const readings = readingsOf(5000, 1200);
  const at = (seconds: number) => 5000 - readings.ago(seconds * 1000).totals.requests;
  for (const seconds of [10, 45, 60]) assertEquals(at(seconds), seconds);
  for (const seconds of [300, 700, 1200]) {
    assert(at(seconds) >= seconds && at(seconds) <= seconds + 40, `${at(seconds)} for ${seconds}`);
  }
  assert(readings.reach(1_200_000));
  assert(!readings.reach(1_260_000), "it forgets what is older");
});
