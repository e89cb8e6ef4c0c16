import { assert, assertEquals } from "@std/assert";
import { type Row, Scoreboard } from "../../src/lane/scoreboard.ts";
import { heartbeatFor, Pulse } from "../../src/supervision/heartbeat.ts";

const LOOK = 50;

/** A pulse that is looked at every {@linkcode LOOK} ms of a clock of its own. */
class Patient {
  readonly row: Row = new Scoreboard().row(0);
  readonly pulse: Pulse;
  // Whole milliseconds, which add up without an error.
  #now = Math.ceil(performance.now());

  constructor(timeout: number) {
    this.pulse = new Pulse(this.row, timeout, LOOK);
    // From here on it is this clock that counts.
    this.look(0);
  }

  beat(): void {
    this.row.add("heartbeat", 1);
  }

  look(after = LOOK) {
    return this.pulse.look(this.#now += after);
  }

  looks(count: number) {
    return Array.from({ length: count }, () => this.look());
  }
}

Deno.test("heartbeatFor() beats twice until a lane is suspect, within bounds", () => {
  assertEquals(heartbeatFor(4000), 200);
  assertEquals(heartbeatFor(30_000), 500);
  assertEquals(heartbeatFor(1), 25);
  assertEquals(heartbeatFor(0), 500);
});

Deno.test("Pulse.look() finds a lane alive that beats", () => {
  const patient = new Patient(1000);
  for (let i = 0; i < 100; i++) {
    patient.beat();
    assertEquals(patient.look(), "alive");
    assertEquals(patient.pulse.age, 0);
  }
});

Deno.test("Pulse.look() finds a silent lane suspect after a tenth of the timeout, then hung", () => {
  const patient = new Patient(1000);
  patient.beat();
  const health = patient.looks(21);
  assertEquals(health.filter((one) => one === "alive").length, 2);
  assertEquals(health.lastIndexOf("alive"), 1);
  assertEquals(health.indexOf("hung"), 20);
});

Deno.test("Pulse.look() finds a lane alive again that beats again", () => {
  const patient = new Patient(1000);
  patient.beat();
  assertEquals(patient.looks(10).at(-1), "suspect");
  patient.beat();
  assertEquals(patient.look(), "alive");
  assertEquals(patient.pulse.age, 0);
});

Deno.test("Pulse.look() does not count the time in which nobody looked", () => {
  const patient = new Patient(1000);
  patient.beat();
  patient.look();
  // The process was stopped for an hour, and the lane with it.
  assertEquals(patient.look(3_600_000), "suspect");
  assert(patient.pulse.age <= 3 * LOOK, `${patient.pulse.age} ms were counted`);
  patient.beat();
  assertEquals(patient.look(), "alive");
});

Deno.test("Pulse.look() never finds a lane suspect without a timeout", () => {
  const patient = new Patient(0);
  assertEquals(new Set(patient.looks(10_000)), new Set(["alive"]));
});
