/** What holds for every policy. */
import { assert, assertEquals } from "@std/assert";
import { clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/load/random.ts";
import type { BackendFacts } from "../../../src/upstream/backend_facts.ts";
import type { BoardRow } from "../../../src/upstream/board_row.ts";
import { Ledger } from "../../../src/upstream/ledger.ts";
import { POLICIES, type PolicyName } from "../../../src/upstream/policies/registry.ts";
import type { Tiers } from "../../../src/upstream/tiers.ts";
import { makeBoard, makeTiers, type TestBoard, weighted } from "../../helpers/backends.ts";
import { assertShares } from "../../helpers/chi_squared.ts";

const NAMES = Object.keys(POLICIES) as PolicyName[];
const PICKS = 20_000;
/** Later than the boards of all tests are made: they know no time before. */
const NOW = clock() + 600_000;

/** Picks, from the primary backends, for clients with different keys. */
class Client {
  readonly #random = new Random(1);
  readonly tiers: Tiers;
  #number = 0;

  constructor({ board }: TestBoard, name: PolicyName) {
    const random = () => this.#random.below(2 ** 30) / 2 ** 30;
    this.tiers = makeTiers(board, POLICIES[name], random);
  }

  pick(exclude: ReadonlySet<BoardRow> | null = null): number {
    this.tiers.refresh(NOW);
    const [tier] = this.tiers.inUse;
    return tier?.policy.pick(tier.view, `192.0.2.${this.#number++}`, exclude) ?? NaN;
  }

  /** How often each backend is picked while so many connections are open, which end in random order. */
  count({ board, rows }: TestBoard, open = 0): number[] {
    const ledger = new Ledger(board);
    const counts = rows.map(() => 0);
    const held: BoardRow[] = [];
    for (let i = 0; i < PICKS; i++) {
      const index = this.pick();
      counts[index] = (counts[index] ?? 0) + 1;
      const row = rows[index];
      if (row === undefined) throw new Error(`Picked ${index}`);
      assert(ledger.enter(row));
      held.push(row);
      if (held.length <= open) continue;
      for (const ended of held.splice(this.#random.below(held.length), 1)) ledger.leave(ended);
    }
    return counts;
  }
}

for (const name of NAMES) {
  Deno.test(`${name}: picks none of an empty group, or of one that is down`, () => {
    assertEquals(new Client(makeBoard([]), name).pick(), -1);
    for (const state of ["down", "draining"] as const) {
      assertEquals(new Client(makeBoard([{ state }, { state }]), name).pick(), -1);
    }
  });

  Deno.test(`${name}: picks only backends that are up, not ejected, not full and not tried yet`, () => {
    for (const size of [5, 200]) {
      const left = size - 1;
      const list = Array.from({ length: size }, (_, i): Partial<BackendFacts> => {
        return i === 0 ? { state: "down" } : i === 1 ? { state: "draining" } : { max: 2 };
      });
      const board = makeBoard(list);
      board.rows.slice(2, left).forEach((row, i) => {
        if (i % 2 === 0) row.addInFlight(2);
        else row.moveEjection(0, board.board.tickOf(NOW + 60_000));
      });
      const client = new Client(board, name);
      for (let i = 0; i < 500; i++) assertEquals(client.pick(), left);
      const tried = new Set(board.rows.slice(left));
      for (let i = 0; i < 20; i++) assertEquals(client.pick(tried), -1);
    }
  });

  Deno.test(`${name}: sees what the keeper changes`, () => {
    const test = makeBoard([{}, {}]);
    const client = new Client(test, name);
    const set = (state: BackendFacts["state"]) =>
      test.writer.apply(test.rows.slice(0, 1).map((row) => ({ ...row.facts(), state })));
    set("down");
    for (let i = 0; i < 50; i++) assertEquals(client.pick(), 1);
    set("up");
    const seen = new Set(Array.from({ length: 200 }, () => client.pick()));
    assert(seen.has(0));
    set("free");
    for (let i = 0; i < 50; i++) assertEquals(client.pick(), 0);
  });

  if (name === "first") continue;
  for (const weights of [[1], [1, 1, 1], [1, 2, 3], [5, 1, 1]]) {
    Deno.test(`${name}: gives backends with the weights ${weights} their shares, idle or busy`, () => {
      for (const open of [0, 64]) {
        const test = makeBoard(weighted(weights));
        assertShares(new Client(test, name).count(test, open), weights);
      }
    });
  }

  Deno.test(`${name}: gives backends with many weights, or very different ones, their shares`, () => {
    for (
      const weights of [
        [100, 1],
        [7, 7, 1, 30, 2],
        Array.from({ length: 200 }, (_, i) => 50 + i),
      ]
    ) {
      const test = makeBoard(weighted(weights));
      assertShares(new Client(test, name).count(test), weights);
    }
  });

  Deno.test(`${name}: shares the part of an ejected backend among all others`, () => {
    const weights = [4, 1, 1, 2, 3];
    const test = makeBoard(weighted(weights));
    test.rows[1]?.moveEjection(0, test.board.tickOf(NOW + 60_000));
    assertShares(new Client(test, name).count(test), [4, 0, 1, 2, 3]);
  });
}
