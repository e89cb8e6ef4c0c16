import { assertEquals } from "@std/assert";
import { type LineFacts, oneLine, statusLine } from "../../../src/ops/notify/status_line.ts";

const NONE = { value: 0.314, event_loop: 0, connections: 0, accept_queue: 0, wait: 0 };

function facts(given: Partial<LineFacts>): LineFacts {
  return {
    state: "serving",
    saturation: NONE,
    failed_generation: null,
    lanes: [{ state: "ready" }, { state: "ready" }, { state: "starting" }],
    totals: { open: 12 },
    ...given,
  };
}

Deno.test("statusLine tells what a server does", () => {
  assertEquals(statusLine(facts({})), "Serving 12 connections with 2 workers, saturation 0.31");
  assertEquals(
    statusLine(facts({ lanes: [{ state: "ready" }], totals: { open: 1 } })),
    "Serving 1 connection with 1 worker, saturation 0.31",
  );
  assertEquals(
    statusLine(facts({ state: "draining", totals: { open: 3 } })),
    "Draining 3 connections",
  );
  assertEquals(
    statusLine(facts({ failed_generation: { generation: 2, reason: "bad\nREADY=1" } })),
    "Serving 12 connections with 2 workers, saturation 0.31; last reload failed: bad READY=1",
  );
});

Deno.test("oneLine lets no text add an assignment to a message", () => {
  assertEquals(oneLine("one\r\n  two\rthree"), "one two\\x0dthree");
  assertEquals(oneLine("x".repeat(400)).length, 301);
});
