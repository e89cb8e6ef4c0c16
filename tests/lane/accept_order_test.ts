import { assertEquals } from "@std/assert";
import { turnFor } from "../../src/lane/accept_order.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Tenancy } from "../../src/lane/tenancy.ts";

const OPTIONS = {
  sharing: "shared",
  maxConnections: 10_000,
  totalConnections: 10_000,
  heartbeat: 60_000,
} as const;

const CASES = [
  { own: 4, other: 0, mayAccept: true },
  { own: 5, other: 0, mayAccept: false },
  { own: 100, other: 96, mayAccept: true },
  { own: 100, other: 95, mayAccept: false },
  // From 128 on, a thirty-second.
  { own: 3200, other: 3100, mayAccept: true },
  { own: 3200, other: 3099, mayAccept: false },
];

for (const { own, other, mayAccept } of CASES) {
  const does = mayAccept ? "accepts at once" : "waits before it accepts";
  Deno.test(`a lane with ${own} connections ${does} while another has ${other}`, async () => {
    const scoreboard = new Scoreboard();
    const turn = turnFor(OPTIONS, scoreboard, ownRow(scoreboard, own));
    ownRow(scoreboard, other);
    if (turn === null) throw new Error("Lanes that share a socket take turns");
    const waiting = turn.acquire(() => {});
    assertEquals(waiting === null, mayAccept);
    await waiting;
  });
}

/** The row of a lane that is ready, and has so many connections. */
function ownRow(scoreboard: Scoreboard, open: number) {
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("No row is free");
  row.state = "ready";
  row.addOpen(open, row.tenancy);
  return { row, tenancy: new Tenancy(row, row.tenancy) };
}
