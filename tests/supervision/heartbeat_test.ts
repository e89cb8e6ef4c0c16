import { assert, assertEquals } from "@std/assert";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { heartbeatInterval, HeartbeatMonitor } from "../../src/supervision/heartbeat.ts";

const INTERVAL = 50;

/** A lane's heartbeat, checked every {@linkcode INTERVAL} ms of a simulated clock. */
class SimulatedLane {
  readonly row: Row = new Scoreboard().row(0);
  readonly monitor: HeartbeatMonitor;
  // Whole milliseconds, so that sums are exact.
  #now = Math.ceil(performance.now());

  constructor(timeout: number) {
    this.monitor = new HeartbeatMonitor(this.row, timeout, INTERVAL);
    // Switches the monitor from the real clock to the simulated one.
    this.check(0);
  }

  sendHeartbeat(): void {
    this.row.add("heartbeat", 1);
  }

  check(after = INTERVAL) {
    return this.monitor.check(this.#now += after);
  }

  checkTimes(count: number) {
    return Array.from({ length: count }, () => this.check());
  }
}

Deno.test("heartbeatInterval() is half the time until a lane is suspect, within bounds", () => {
  assertEquals(heartbeatInterval(4000), 200);
  assertEquals(heartbeatInterval(30_000), 500);
  assertEquals(heartbeatInterval(1), 25);
  assertEquals(heartbeatInterval(0), 500);
});

Deno.test("HeartbeatMonitor.check() finds a lane alive while it sends heartbeats", () => {
  const lane = new SimulatedLane(1000);
  for (let i = 0; i < 100; i++) {
    lane.sendHeartbeat();
    assertEquals(lane.check(), "alive");
    assertEquals(lane.monitor.age, 0);
  }
});

Deno.test("HeartbeatMonitor.check() finds a lane suspect after a tenth of the timeout, then hung", () => {
  const lane = new SimulatedLane(1000);
  lane.sendHeartbeat();
  const health = lane.checkTimes(21);
  assertEquals(health.filter((one) => one === "alive").length, 2);
  assertEquals(health.lastIndexOf("alive"), 1);
  assertEquals(health.indexOf("hung"), 20);
});

Deno.test("HeartbeatMonitor.check() finds a suspect lane alive at its next heartbeat", () => {
  const lane = new SimulatedLane(1000);
  lane.sendHeartbeat();
  assertEquals(lane.checkTimes(10).at(-1), "suspect");
  lane.sendHeartbeat();
  assertEquals(lane.check(), "alive");
  assertEquals(lane.monitor.age, 0);
});

Deno.test("HeartbeatMonitor.check() does not count time while it was not called", () => {
  const lane = new SimulatedLane(1000);
  lane.sendHeartbeat();
  lane.check();
  // The process was stopped for an hour, and the lane with it.
  assertEquals(lane.check(3_600_000), "suspect");
  assert(lane.monitor.age <= 3 * INTERVAL, `${lane.monitor.age} ms were counted`);
  lane.sendHeartbeat();
  assertEquals(lane.check(), "alive");
});

Deno.test("HeartbeatMonitor.check() never finds a lane suspect without a timeout", () => {
  const lane = new SimulatedLane(0);
  assertEquals(new Set(lane.checkTimes(10_000)), new Set(["alive"]));
});
