import { assert, assertEquals } from "@std/assert";
import { Deadlines } from "../../src/core/deadlines.ts";
import { recordFor } from "../../src/core/waiting_record.ts";

/** A record whose waits are kept. */
function make() {
  const waited: number[] = [];
  const waits = { waited: (milliseconds: number) => void waited.push(milliseconds) };
  const deadlines = new Deadlines(0);
  deadlines.stop();
  return { waited, record: recordFor({ peer: "client", deadlines, waits }) };
}

/** Lets some milliseconds pass on this thread. */
function pass(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

Deno.test("recordFor() makes records that tell once how long the client waited, from the last that it sent before", () => {
  const { waited, record } = make();
  record.startReading(false);
  record.received(1);
  pass(200);
  const asked = performance.now();
  record.startReading(true);
  record.received(1);
  pass(5);
  record.startWriting();
  record.sent(1, true);
  const most = performance.now() - asked;
  record.received(1);
  record.sent(1, true);
  assertEquals([waited.length, record.bytesIn, record.bytesOut], [1, 3, 2]);
  const [wait = NaN] = waited;
  assert(wait >= 5 && wait <= most, `${wait} of ${most} ms`);
});

Deno.test("recordFor() makes records that tell nothing if the server speaks first", () => {
  const { waited, record } = make();
  record.startWriting();
  record.sent(10, true);
  record.received(5);
  record.sent(5, true);
  assertEquals(waited, []);
});
