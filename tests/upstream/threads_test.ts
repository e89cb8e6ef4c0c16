/** The board, shared by real threads. */
import { assert, assertEquals } from "@std/assert";
import { clock } from "../../src/base/clock.ts";
import { Ledger } from "../../src/upstream/ledger.ts";
import type { LaneReport, LaneTask } from "../helpers/board_worker.ts";
import { GROUP, makeBoard, type TestBoard } from "../helpers/backends.ts";

const CLIENTS = 30_000;

/** A thread that acts as a lane, with its ledger. */
class LaneThread implements Disposable {
  readonly ledger: Ledger;
  readonly #worker = new Worker(import.meta.resolve("../helpers/board_worker.ts"), {
    type: "module",
  });

  constructor({ board }: TestBoard) {
    this.ledger = new Ledger(board);
  }

  serve(task: Omit<LaneTask, "ledger">): Promise<LaneReport> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      this.#worker.postMessage({ ...task, ledger: this.ledger.buffer });
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

Deno.test("Two threads count at the same backends, and none has more connections than its max", async () => {
  const test = makeBoard([{ max: 3 }, { max: 5 }, { max: 1 }]);
  using one = new LaneThread(test);
  using other = new LaneThread(test);
  const task: Omit<LaneTask, "ledger"> = {
    board: test.board.buffer,
    balance: "p2c",
    clients: CLIENTS,
    left: 0,
    failLimit: 0,
  };
  const reports = await Promise.all([one.serve(task), other.serve(task)]);
  // A lane that asks for the last place counts for a moment, too, before it is refused.
  for (const { most } of reports) assert(most <= 5 + 1, `${most}`);
  const served = reports.reduce((sum, { refused }) => sum + CLIENTS - refused, 0);
  assertEquals(test.rows.reduce((sum, row) => sum + row.connects, 0), served);
  assertEquals(test.rows.map((row) => row.inFlight), [0, 0, 0]);
  assertEquals(test.board.inFlight(GROUP), 0);
});

Deno.test("Two threads eject at most half of a group, each backend once", async () => {
  const test = makeBoard(Array.from({ length: 7 }, () => ({})));
  using one = new LaneThread(test);
  using other = new LaneThread(test);
  const task: Omit<LaneTask, "ledger"> = {
    board: test.board.buffer,
    balance: "round-robin",
    clients: CLIENTS,
    left: 0,
    failLimit: 3,
  };
  const reports = await Promise.all([one.serve(task), other.serve(task)]);
  const tick = test.board.tickOf(clock());
  const ejected = test.rows.filter((row) => row.isEjected(tick)).length;
  assertEquals(ejected, 3);
  assertEquals(reports.reduce((sum, report) => sum + report.ejected, 0), 3);
  assertEquals(test.rows.reduce((sum, row) => sum + row.failures, 0), 2 * CLIENTS);
});

Deno.test("Ledger.close() takes off the board what a thread that is gone had in flight, and no more", async () => {
  const test = makeBoard([{}, {}, {}]);
  using one = new LaneThread(test);
  using other = new LaneThread(test);
  const task: Omit<LaneTask, "ledger"> = {
    board: test.board.buffer,
    balance: "least-connections",
    clients: 1000,
    left: 6,
    failLimit: 0,
  };
  await Promise.all([one.serve(task), other.serve({ ...task, left: 3 })]);
  assertEquals(test.board.inFlight(GROUP), 9);
  one.ledger.close();
  assertEquals(test.board.inFlight(GROUP), 3);
  assertEquals(test.rows.reduce((sum, row) => sum + row.inFlight, 0), 3);
  one.ledger.close();
  assertEquals(test.board.inFlight(GROUP), 3);
  // A thread that was written off as hung may go on.
  await one.serve(task);
  assertEquals(test.board.inFlight(GROUP), 3);
  other.ledger.close();
  assertEquals(test.rows.map((row) => row.inFlight), [0, 0, 0]);
});

Deno.test("A thread sees what the keeper writes while it picks", async () => {
  const test = makeBoard([{ state: "down" }, { state: "down" }]);
  using lane = new LaneThread(test);
  const task: Omit<LaneTask, "ledger"> = {
    board: test.board.buffer,
    balance: "hash",
    clients: 1000,
    left: 0,
    failLimit: 0,
  };
  assertEquals((await lane.serve(task)).refused, 1000);
  test.writer.apply(test.rows.map((row) => ({ ...row.facts(), state: "up" })));
  assertEquals((await lane.serve(task)).refused, 0);
});
