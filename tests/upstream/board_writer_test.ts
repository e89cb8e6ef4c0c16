import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Address } from "../../src/base/address.ts";
import { clock } from "../../src/base/clock.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Board, MAX_BACKENDS, MAX_GROUPS } from "../../src/upstream/board.ts";
import { BoardWriter } from "../../src/upstream/board_writer.ts";
import { Ledger } from "../../src/upstream/ledger.ts";
import { backend, GROUP, makeBoard, rowAt } from "../helpers/backends.ts";
import { until } from "../helpers/until.ts";

/** Facts of every kind. */
const FACTS: readonly BackendFacts[] = [
  backend(0),
  backend(1, { state: "down", weight: 65_535, max: 1_000_000 }),
  backend(2, {
    state: "draining",
    isBackup: true,
    backSince: 1_700_000_000_000.5,
  }),
  backend(3, { address: { transport: "tcp", hostname: "2001:db8::1", port: 65_535 } }),
  backend(4, { address: { transport: "tcp", hostname: "fe80::1%eth0", port: 1 }, group: 1023 }),
  backend(5, { address: { transport: "unix", path: `/run/${"ü".repeat(51)}` } }),
];

Deno.test("BoardWriter.facts() are plain data that fill the board of another process", () => {
  const writer = new BoardWriter(new Board());
  writer.apply(FACTS);
  assertEquals(writer.facts(), FACTS);
  const board = new Board();
  const other = new BoardWriter(board);
  other.apply(JSON.parse(JSON.stringify(writer.facts())));
  assertEquals(other.facts(), FACTS);
  assertEquals(
    board.rowsOf(GROUP).map((row) => row.facts()),
    FACTS.filter(({ group }) => group === GROUP),
  );
});

Deno.test("BoardWriter.apply() writes changes, and tells lanes once, if there are any", async () => {
  const { board, writer } = makeBoard([{}, {}, {}]);
  const { version } = board;
  const changed = board.changed(version, 60_000);
  writer.apply([backend(0), backend(2)]);
  assertEquals(board.version, version);
  const changes = [backend(0, { state: "down" }), backend(1, { weight: 7 })];
  writer.apply(changes);
  await changed;
  assertEquals(board.version, version + 1);
  assertEquals(writer.facts(), [...changes, backend(2)]);
  writer.apply([backend(1, { state: "free" }), backend(9, { state: "free" })]);
  assertEquals(writer.facts(), [changes[0], backend(2)]);
  assertEquals(writer.find(backend(1)), null);
});

Deno.test("Board.rowsOf() has the backends of a group in their order, and others have theirs", () => {
  const { board, writer } = makeBoard([]);
  writer.apply([
    backend(3),
    backend(1),
    backend(5, { group: 1 }),
    backend(2),
    backend(3, { group: 1 }),
  ]);
  assertEquals(board.rowsOf(GROUP).map((row) => row.position), [1, 2, 3]);
  assertEquals(new Board(board.buffer).rowsOf(1).map((row) => row.position), [3, 5]);
  assertEquals(board.rowsOf(2), []);
});

Deno.test("BoardRow.address is the address of the backend that has the row", () => {
  const { rows } = makeBoard([{ address: { transport: "unix", path: "/run/a b" } }]);
  assertEquals(rows[0]?.address, { transport: "unix", path: "/run/a b" });
  assert(rows[0]?.address === rows[0]?.address);
  assertEquals(rows[0]?.addressText, "unix:/run/a b");
});

Deno.test("BoardWriter.apply() refuses what has no place on the board", () => {
  const writer = new BoardWriter(new Board());
  const address: Address = { transport: "unix", path: `/${"x".repeat(200)}` };
  assertThrows(
    () => writer.apply([backend(0, { address })]),
    RangeError,
    "206 bytes, expected at most 128",
  );
  assertThrows(
    () => writer.apply([backend(0, { group: MAX_GROUPS })]),
    RangeError,
    "Cannot use group 1024",
  );
  writer.apply(Array.from({ length: 65_535 }, (_, i) => backend(i)).slice(0, MAX_BACKENDS));
  assertThrows(() => writer.apply([backend(MAX_BACKENDS)]), RangeError, "its 16384 already");
});

Deno.test("BoardWriter.apply() reuses a row a while after it was released, and when nothing is in flight", async () => {
  const test = makeBoard([{}, {}]);
  const { board, writer } = test;
  const [busy, idle] = [rowAt(test, 0), rowAt(test, 1)];
  const ledger = new Ledger(board);
  ledger.enter(busy);
  idle.countFailure();
  idle.observeLatency(5, 0);
  const { tenancy } = idle;
  assertEquals(idle.addressText, "192.0.2.1:2");
  writer.apply([backend(1, { state: "free" }), backend(0, { state: "free" })]);
  writer.apply([backend(2)]);
  assertEquals(writer.find(backend(2))?.index, 2);
  let position = 3;
  const tryAnother = () => {
    writer.apply([backend(++position)]);
    const row = writer.find(backend(position));
    if (row === idle) return true;
    assert(row !== busy);
    writer.apply([backend(position, { state: "free" })]);
    return false;
  };
  await until("the idle row is used again", tryAnother);
  assertEquals([idle.address, idle.tenancy], [backend(position).address, tenancy + 1]);
  assertEquals(idle.addressText, `192.0.2.1:${position + 1}`);
  assertEquals([idle.failuresInRow, idle.latency(0), idle.inFlight], [0, 0, 0]);
  ledger.leave(busy);
  assertEquals([busy.inFlight, board.inFlight(GROUP)], [0, 0]);
});

Deno.test("BoardWriter.apply() ends the ejection of a backend that is up again, and no other", () => {
  const test = makeBoard([{}, {}]);
  const { board, writer } = test;
  const now = clock();
  const later = board.tickOf(now + 60_000);
  const rows = [rowAt(test, 0), rowAt(test, 1)];
  for (const row of rows) {
    row.countFailure();
    assert(row.moveEjection(0, later));
  }
  writer.apply([backend(0, { state: "down" }), backend(1, { weight: 2 })]);
  const ejected = () => rows.map((row) => [row.isEjected(board.tickOf(now)), row.failuresInRow]);
  assertEquals(ejected(), [[true, 1], [true, 1]]);
  writer.apply([backend(0), backend(1)]);
  assertEquals(ejected(), [[false, 0], [true, 1]]);
});
