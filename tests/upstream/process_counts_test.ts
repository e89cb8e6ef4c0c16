import { assert, assertEquals } from "@std/assert";
import { clock } from "../../src/base/clock.ts";
import type { BackendCounts } from "../../src/upstream/backend_counts.ts";
import { CountsReporter } from "../../src/upstream/counts_reporter.ts";
import { Ledger } from "../../src/upstream/ledger.ts";
import { ProcessCounts } from "../../src/upstream/process_counts.ts";
import { backend, GROUP, makeBoard, rowAt, type TestBoard } from "../helpers/backends.ts";

/** What a parent has on its board of a process: two backends each. */
function setUp() {
  const parent = makeBoard([{}, {}]);
  return { parent, first: process(parent), second: process(parent) };
}

/** A process with a lane, whose counts the parent takes. */
function process(parent: TestBoard) {
  const own = makeBoard([{}, {}]);
  const reporter = new CountsReporter(own.board);
  const taker = new ProcessCounts(parent.board, (one) => parent.writer.find(one));
  return {
    ...own,
    ledger: new Ledger(own.board),
    reporter,
    taker,
    /** Reports what is new over a pipe. */
    report(): BackendCounts[] {
      const counts = JSON.parse(JSON.stringify(reporter.changed()));
      taker.take(counts);
      return counts;
    },
  };
}

function countsOf(board: TestBoard, position: number) {
  const { inFlight, connects, failures } = rowAt(board, position);
  return { inFlight, connects, failures };
}

Deno.test("ProcessCounts.take() adds up what the lanes of all processes count", () => {
  const { parent, first, second } = setUp();
  for (const process of [first, second, first]) {
    const row = rowAt(process, 0);
    process.ledger.enter(row);
    row.countConnect();
    row.countFailure();
  }
  first.report();
  second.report();
  assertEquals(countsOf(parent, 0), { inFlight: 3, connects: 3, failures: 3 });
  assertEquals(countsOf(parent, 1), { inFlight: 0, connects: 0, failures: 0 });
  assertEquals(parent.board.inFlight(GROUP), 3);
  first.ledger.leave(rowAt(first, 0));
  first.report();
  assertEquals(countsOf(parent, 0), { inFlight: 2, connects: 3, failures: 3 });
  assertEquals(parent.board.inFlight(GROUP), 2);
});

Deno.test("ProcessCounts.take() has the peaks of latencies, and the last end of the ejections", () => {
  const { parent, first, second } = setUp();
  const now = clock();
  const ends = [now + 60_000, now + 30_000];
  for (const [i, process] of [first, second].entries()) {
    const row = rowAt(process, 0);
    row.countConnect();
    row.observeLatency([5, 40][i] ?? 0, clock());
    row.moveEjection(0, process.board.tickOf(ends[i] ?? 0));
    process.report();
  }
  const row = rowAt(parent, 0);
  const latency = row.latency(clock());
  assert(latency > 35 && latency <= 40, `the latency is ${latency}`);
  const end = parent.board.timeOf(row.ejectedUntil);
  assert(Math.abs(end - now - 60_000) < 200, `the ejection ends after ${end - now} ms`);
});

Deno.test("ProcessCounts.close() takes away the connections of a process, and keeps what it counted", () => {
  const { parent, first, second } = setUp();
  for (const { ledger, rows, report } of [first, second]) {
    for (const row of rows) {
      ledger.enter(row);
      row.countConnect();
    }
    report();
  }
  first.taker.close();
  assertEquals(countsOf(parent, 0), { inFlight: 1, connects: 2, failures: 0 });
  assertEquals(parent.board.inFlight(GROUP), 2);
});

Deno.test("CountsReporter.changed() tells only what is new, and all of it once it was lost", () => {
  const { first } = setUp();
  assertEquals(first.report().map(({ row }) => row), [0, 1]);
  assertEquals(first.report(), []);
  rowAt(first, 1).countConnect();
  assertEquals(first.report().map(({ row, connects }) => [row, connects]), [[1, 1]]);
  first.reporter.forget();
  assertEquals(first.report().length, 2);
});

Deno.test("ProcessCounts.take() catches up with what was lost on the way", () => {
  const { parent, first } = setUp();
  const row = rowAt(first, 0);
  first.ledger.enter(row);
  row.countConnect();
  first.report();
  first.ledger.leave(row);
  first.reporter.changed();
  first.reporter.forget();
  first.report();
  assertEquals(countsOf(parent, 0), { inFlight: 0, connects: 1, failures: 0 });
});

Deno.test("ProcessCounts.take() counts a removed backend on, and one in its place anew", () => {
  const { parent, first } = setUp();
  const row = rowAt(first, 0);
  first.ledger.enter(row);
  row.countConnect();
  first.report();
  for (const { writer } of [parent, first]) writer.apply([backend(0, { state: "free" })]);
  first.report();
  assertEquals(parent.board.inFlight(GROUP), 1);
  // It is added again while the old connection lasts, in another row.
  for (const { writer } of [parent, first]) writer.apply([backend(0)]);
  const again = first.writer.find(backend(0));
  if (again === null) throw new Error("The backend was not added");
  assert(again !== row);
  first.ledger.enter(again);
  again.countConnect();
  first.ledger.leave(row);
  first.report();
  const sums = parent.writer.find(backend(0));
  assertEquals([sums?.inFlight, sums?.connects], [1, 1]);
  assertEquals(parent.board.inFlight(GROUP), 1);
});

Deno.test("ProcessCounts.take() drops what it cannot place", () => {
  const { parent, first } = setUp();
  const counts: BackendCounts = {
    row: 0,
    tenancy: 1,
    group: GROUP,
    address: "192.0.2.99:1",
    inFlight: 5,
    connects: 5,
    failures: 5,
    ejectedUntil: 1e300,
    latency: 1,
  };
  first.taker.take([counts, { ...counts, row: 1, address: "nonsense" }]);
  assertEquals(parent.board.inFlight(GROUP), 0);
  first.taker.take([{ ...counts, address: "192.0.2.1:1" }]);
  assertEquals(countsOf(parent, 0), { inFlight: 5, connects: 5, failures: 5 });
  assert(rowAt(parent, 0).ejectedUntil > 0, "a far end is not the furthest");
  first.taker.close();
  assertEquals(parent.board.inFlight(GROUP), 0);
});
