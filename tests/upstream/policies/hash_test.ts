import { assert, assertEquals } from "@std/assert";
import { clock } from "../../../src/base/clock.ts";
import { formatAddress } from "../../../src/base/address.ts";
import type { BackendFacts } from "../../../src/upstream/backend_facts.ts";
import { Ledger } from "../../../src/upstream/ledger.ts";
import { Hash } from "../../../src/upstream/policies/hash.ts";
import type { TierOptions } from "../../../src/upstream/tiers.ts";
import { backend, makeBoard, makeTiers, type TestBoard, weighted } from "../../helpers/backends.ts";

const NOW = clock();
const KEYS = Array.from({ length: 10_000 }, (_, i) => `198.51.${i >> 8}.${i & 255}`);
const TEN = weighted(Array.from({ length: 10 }, () => 1));

/** A function that finds the row of the backend for a key; null if there is none. */
function makeLane({ board }: TestBoard, options: Partial<TierOptions> = {}, now = NOW) {
  const tiers = makeTiers(board, () => new Hash(), () => 0, options);
  return (key: string) => {
    tiers.refresh(now);
    const [tier] = tiers.inUse;
    return tier?.view.rows[tier.policy.pick(tier.view, key, null)] ?? null;
  };
}

/** The address of the backend of each key. */
function addresses(test: TestBoard, options?: Partial<TierOptions>, now?: number): string[] {
  const find = makeLane(test, options, now);
  return KEYS.map((key) => {
    const row = find(key);
    return row === null ? "none" : formatAddress(row.address);
  });
}

function setState(
  { writer, rows }: TestBoard,
  index: number,
  changes: Partial<BackendFacts>,
): void {
  writer.apply(rows.slice(index, index + 1).map((row) => ({ ...row.facts(), ...changes })));
}

/** The indexes of the keys whose backends differ. */
function moved(before: readonly string[], after: readonly string[]): number[] {
  return before.flatMap((address, i) => (address === after[i] ? [] : [i]));
}

Deno.test("Hash sends a key to the same backend in every lane and process, whatever their order", () => {
  const test = makeBoard(TEN);
  const other = makeBoard([]);
  other.writer.apply(TEN.map((_, i) => backend((i * 7) % 10)));
  assertEquals(addresses(test), addresses(other));
});

Deno.test("Hash moves only the clients of a backend that is down, to all others, and back", () => {
  const test = makeBoard(TEN);
  const before = addresses(test);
  const gone = formatAddress(backend(4).address);
  setState(test, 4, { state: "down" });
  const during = addresses(test);
  const others = new Map<string, number>();
  for (const i of moved(before, during)) {
    assertEquals(before[i], gone);
    others.set(during[i] ?? "", (others.get(during[i] ?? "") ?? 0) + 1);
  }
  assert(!during.includes(gone) && others.size === 9);
  assert(Math.min(...others.values()) > 70, [...others.values()].join());
  setState(test, 4, { state: "up" });
  assertEquals(addresses(test), before);
});

Deno.test("Hash moves at most 1/10 and 2% of the clients when one of ten backends leaves", () => {
  for (const weights of [TEN, weighted([1, 2, 3, 1, 2, 3, 1, 2, 3, 4])]) {
    for (let index = 0; index < 10; index++) {
      const test = makeBoard(weights);
      const before = addresses(test);
      const gone = formatAddress(backend(index).address);
      const own = before.filter((address) => address === gone).length;
      setState(test, index, { state: "free" });
      const all = moved(before, addresses(test)).length;
      assert(all <= own + KEYS.length * 0.02, `${all} moved, ${own} of them its own`);
    }
  }
});

Deno.test("Hash sends no more to a backend that has much more than its share", () => {
  const test = makeBoard(weighted([1, 1, 1, 1]));
  const find = makeLane(test);
  const ledger = new Ledger(test.board);
  const own = find("203.0.113.1");
  for (let i = 0; i < 16; i++) {
    const row = find("203.0.113.1");
    assert(row !== null && row === own && ledger.enter(row));
  }
  for (let i = 0; i < 984; i++) {
    const row = find("203.0.113.1");
    assert(row !== null && ledger.enter(row));
  }
  const counts = test.rows.map((row) => row.inFlight);
  assert(Math.max(...counts) <= 1.5 * 1001 / 4 + 1, `${counts}`);
});

Deno.test("Hash gives a backend that is back more and more of its own clients", () => {
  const test = makeBoard(TEN);
  const before = addresses(test);
  const gone = formatAddress(backend(4).address);
  const own = before.filter((address) => address === gone).length;
  setState(test, 4, { backSince: NOW });
  let last = 0;
  for (const [age, least, most] of [[0, 0.05, 0.15], [5000, 0.45, 0.65], [10_000, 1, 1]] as const) {
    const now = addresses(test, { slowStart: 10_000 }, NOW + age);
    const part = now.filter((address) => address === gone).length / own;
    assert(part >= least && part <= most && part >= last, `${part} after ${age} ms`);
    for (const i of moved(before, now)) assertEquals(before[i], gone);
    last = part;
  }
});

Deno.test("Hash keeps clients where they are while all backends start slowly", () => {
  const before = addresses(makeBoard(TEN));
  const test = makeBoard(TEN.map((facts) => ({ ...facts, backSince: NOW })));
  assertEquals(addresses(test, { slowStart: 10_000 }), before);
});
