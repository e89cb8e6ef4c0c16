import { assertEquals } from "@std/assert";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { here } from "../../src/places/here.ts";
import { Client } from "../helpers/client.ts";
import { makeHost } from "../helpers/host.ts";
import { makeOrder } from "../helpers/order.ts";

function claim(scoreboard: Scoreboard): Row {
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("No row is free");
  row.state = "ready";
  return row;
}

Deno.test("a lane that has lost its row changes none of its columns for the next lane", async () => {
  const scoreboard = new Scoreboard();
  const { index: row, tenancy } = claim(scoreboard);
  const lane = here(makeHost({ scoreboard }))(makeOrder({ row, tenancy }));
  const { addresses: [address] } = await lane.ready;
  if (address?.transport !== "tcp") throw new Error("The lane has no TCP address");
  using old = await Client.connect(address);
  await old.send("x");
  assertEquals(await old.receiveText(1), "x");
  scoreboard.close(scoreboard.row(row), "free");
  const next = claim(scoreboard);
  const before = next.report();
  using late = await Client.connect(address);
  assertEquals(await late.receiveAll().catch(() => ""), "");
  await old.send("y");
  assertEquals(await old.receiveText(1), "y");
  await old.end();
  assertEquals(await old.receiveAll(), "");
  lane.drain();
  await lane.exited;
  assertEquals([next.index, next.report()], [row, before]);
  assertEquals(scoreboard.total, 0);
});
