/** The worker of `tests/upstream/threads_test.ts`: acts as a lane on another thread. */
import { clock } from "../../src/base/clock.ts";
import { Board } from "../../src/upstream/board.ts";
import type { BoardRow } from "../../src/upstream/board_row.ts";
import { Ejection } from "../../src/upstream/ejection.ts";
import { Ledger } from "../../src/upstream/ledger.ts";
import { Picker } from "../../src/upstream/picker.ts";
import type { PolicyName } from "../../src/upstream/policies/registry.ts";
import { GROUP } from "./backends.ts";

/** What the lane is to do. */
export interface LaneTask {
  readonly board: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
  readonly balance: PolicyName;
  /** How many clients it serves, one after the other. */
  readonly clients: number;
  /** How many connections it leaves open in the end. */
  readonly left: number;
  /** Counts all as failures, ejecting backends after so many; 0 for none. */
  readonly failLimit: number;
}

/** What the lane has seen. */
export interface LaneReport {
  /** Clients for which no backend was available. */
  readonly refused: number;
  /** The most connections that it has seen at any backend. */
  readonly most: number;
  readonly ejected: number;
}

interface Scope {
  postMessage(message: LaneReport): void;
  onmessage: ((event: MessageEvent<LaneTask>) => void) | null;
}

const scope = globalThis as unknown as Scope;
/** How many connections the lane has at a time. */
const OPEN = 8;

scope.onmessage = ({ data }) => scope.postMessage(serve(data));

function serve({ board: buffer, ledger, balance, clients, left, failLimit }: LaneTask): LaneReport {
  const board = new Board(buffer);
  const options = { balance, slowStart: 0, minHealthy: 0 };
  const picker = new Picker(board, new Ledger(board, ledger), GROUP, options);
  const ejection = new Ejection(board, { failLimit, ejectTime: 60_000 });
  const open: BoardRow[] = [];
  let [refused, most, ejected] = [0, 0, 0];
  for (let client = 0; client < clients; client++) {
    const row = picker.pick(`${client}`, null);
    if (row === null) refused++;
    else {
      open.push(row);
      most = Math.max(most, row.inFlight);
      row.countConnect();
      if (failLimit > 0) {
        if (ejection.failed(row, picker.tiers.rows, clock())?.kind === "ejected") ejected++;
      }
    }
    const done = open.length > OPEN ? open.shift() : undefined;
    if (done !== undefined) picker.release(done);
  }
  for (const row of open.splice(left)) picker.release(row);
  return { refused, most, ejected };
}
