import { assert } from "@std/assert";
import { Roster } from "../../../src/base/roster.ts";
import type { Connection } from "../../../src/core/connection.ts";
import { Retirement, type Retiring } from "../../../src/http/conversation/retirement.ts";
import { until } from "../../helpers/until.ts";

const COUNT = 3000;
/** The connection whose turn comes last. */
const LAST = { number: 39, draining: { aborted: false } } as Connection;

Deno.test("Retirement gives all connections their turn in the same time, however many there are", async () => {
  const open = new Roster<Retiring>();
  let sweeps = 0;
  let isOver = false;
  const first: Retiring = {
    closeIfSilent() {
      sweeps++;
      if (isOver) open.delete(first, place);
      return isOver;
    },
  };
  const place = open.add(first);
  while (open.size < COUNT) {
    const silent: Retiring = {
      closeIfSilent() {
        open.delete(silent, place);
        return true;
      },
    };
    const place = open.add(silent);
  }
  const retirement = new Retirement(open);
  retirement.start();
  assert(!retirement.isTurnOf(LAST));
  await until("it is the turn of the last", () => retirement.isTurnOf(LAST));
  // With so many, a sweep waits longer for what has arrived than the interval of a batch.
  assert(sweeps < 30, `it took ${sweeps} sweeps`);
  assert(open.size < COUNT / 20, `${open.size} silent ones are open`);
  isOver = true;
  await until("all have ended", () => open.size === 0);
});
