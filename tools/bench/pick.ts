import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Board } from "../../src/upstream/board.ts";
import type { BoardRow } from "../../src/upstream/board_row.ts";
import { BoardWriter } from "../../src/upstream/board_writer.ts";
import { Ledger } from "../../src/upstream/ledger.ts";
import { Picker } from "../../src/upstream/picker.ts";
import { POLICIES, type PolicyName } from "../../src/upstream/policies/registry.ts";
import type { Context } from "./comparison.ts";
import { print, printFigure } from "./table.ts";

const SIZES = [3, 100, 10_000] as const;
const GROUP = 0;
/** How many clients there are, of which each has one connection at a time. */
const CLIENTS = 64;
const PICKS = 200_000;
const KEYS = Array.from({ length: 1000 }, (_, i) => `198.51.${i >> 8}.${i & 255}`);

/**
 * Measures what it costs to pick a backend and to release it, with each policy, in groups of
 * 3 to 10,000 backends of three weights.
 */
export function pick({ pairs }: Context): Promise<void> {
  print(
    `\nNanoseconds per pick and release, by ${CLIENTS} clients; median and range of ${pairs} runs`,
  );
  for (const size of SIZES) {
    print(`  ${size} backends${size === 10_000 ? ", at most 1000" : ""}`);
    for (const balance of Object.keys(POLICIES) as PolicyName[]) {
      const run = prepare(size, balance);
      run();
      printFigure(balance, Array.from({ length: pairs }, run));
    }
  }
  return Promise.resolve();
}

/** @returns A function that measures, in nanoseconds per pick. */
function prepare(size: number, balance: PolicyName): () => number {
  const board = new Board();
  new BoardWriter(board).apply(Array.from({ length: size }, (_, i) => backend(i)));
  const options = { balance, slowStart: 0, minHealthy: 0 };
  const picker = new Picker(board, new Ledger(board), GROUP, options);
  const open: (BoardRow | null)[] = new Array(CLIENTS).fill(null);
  return () => {
    const start = performance.now();
    for (let i = 0; i < PICKS; i++) {
      const last = open[i % CLIENTS] ?? null;
      if (last !== null) picker.release(last);
      open[i % CLIENTS] = picker.pick(KEYS[i % KEYS.length] ?? "", null);
    }
    return (performance.now() - start) * 1e6 / PICKS;
  };
}

function backend(position: number): BackendFacts {
  return {
    group: GROUP,
    address: { transport: "tcp", hostname: `10.0.${position >> 8}.${position & 255}`, port: 80 },
    position,
    weight: 1 + position % 3,
    max: 0,
    isBackup: false,
    state: "up",
    backSince: 0,
  };
}
