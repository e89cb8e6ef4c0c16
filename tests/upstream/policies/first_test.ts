import { assert, assertEquals } from "@std/assert";
import { clock } from "../../../src/base/clock.ts";
import { First } from "../../../src/upstream/policies/first.ts";
import { makeBoard, makeTiers, type TestBoard } from "../../helpers/backends.ts";

/** A lane that picks from a board and counts what it picks. */
function makeLane({ board, rows }: TestBoard): () => number {
  const tiers = makeTiers(board, () => new First(), () => 0);
  return () => {
    tiers.refresh(clock());
    const [tier] = tiers.inUse;
    const index = tier?.policy.pick(tier.view, "", null) ?? NaN;
    rows[index]?.addInFlight(1);
    return index;
  };
}

Deno.test("First fills one backend after the other", () => {
  const test = makeBoard([{ max: 2 }, { state: "down" }, { max: 1 }, { max: 0, weight: 9 }]);
  assertEquals(Array.from({ length: 5 }, makeLane(test)), [0, 0, 2, 3, 3]);
});

Deno.test("First returns to an earlier backend that has room again", () => {
  const test = makeBoard([{ max: 1 }, { max: 1 }, {}]);
  const pick = makeLane(test);
  assertEquals([pick(), pick(), pick()], [0, 1, 2]);
  test.rows[1]?.addInFlight(-1);
  assertEquals([pick(), pick()], [1, 2]);
  test.rows[0]?.addInFlight(-1);
  assertEquals(pick(), 0);
});

Deno.test("First notices soon that one of many earlier backends has room again", () => {
  const test = makeBoard(Array.from({ length: 2000 }, () => ({ max: 1 })));
  const pick = makeLane(test);
  for (let i = 0; i < 1500; i++) assertEquals(pick(), i);
  for (const freed of [3, 700, 1400]) {
    test.rows[freed]?.addInFlight(-1);
    const picks = Array.from({ length: 1500 / 64 + 1 }, pick);
    assert(picks.includes(freed), `${freed} is not in ${picks}`);
  }
});
