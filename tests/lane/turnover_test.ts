import { assert } from "@std/assert";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Turnover } from "../../src/lane/turnover.ts";
import { until } from "../helpers/until.ts";

/** Connections that open, and close at once. */
function comeAndGo(scoreboard: Scoreboard, count: number): void {
  for (let i = 0; i < count; i++) {
    scoreboard.addTotal(1);
    scoreboard.addTotal(-1);
  }
}

Deno.test("Turnover is quick while more connections close in 50 ms than are open, until some stay", async () => {
  const scoreboard = new Scoreboard();
  const turnover = new Turnover(scoreboard);
  scoreboard.addTotal(2);
  await until("it is quick", () => {
    comeAndGo(scoreboard, 10);
    return turnover.isQuick();
  });
  // Clients who stay count from the first moment on.
  scoreboard.addTotal(1_000_000);
  assert(!turnover.isQuick());
});

Deno.test("Turnover is not quick if fewer close than are open, nor after a pause", async () => {
  const scoreboard = new Scoreboard();
  const turnover = new Turnover(scoreboard);
  scoreboard.addTotal(1);
  const end = performance.now() + 300;
  await until("some windows have passed", () => {
    assert(!turnover.isQuick());
    return performance.now() > end;
  });
  comeAndGo(scoreboard, 10);
  const begun = performance.now();
  await until("more than two windows have passed", () => performance.now() - begun > 120);
  assert(!turnover.isQuick(), "what closed long ago says nothing about now");
});
