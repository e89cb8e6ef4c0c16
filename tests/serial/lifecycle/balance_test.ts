import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";

/** How often clients connect: a busy machine keeps a worker from accepting now and then. */
const ATTEMPTS = 4;

Deno.test("400 connections at once are spread evenly over 4 workers", async () => {
  await using status = await statusFile();
  const args = [...workers("pooled", 4), "--service", "echo", ...status.args];
  await using server = await startServer(args);
  const spreads: string[] = [];
  for (let isEven = false; !isEven; assert(isEven || spreads.length < ATTEMPTS, `${spreads}`)) {
    const clients = await Promise.all(Array.from({ length: 400 }, () => Client.connect(server)));
    const { lanes } = await status.says("all are open", ({ totals }) => totals.open === 400);
    const spread = lanes.map((lane) => lane.open);
    isEven = spread.every((open) => open >= 90 && open <= 110);
    spreads.push(spread.join("/"));
    clients.forEach((client) => client.close());
    await status.says("all are closed", ({ totals }) => totals.open === 0);
  }
  // Printed because the spread is of interest even when the test passes.
  Deno.stderr.writeSync(new TextEncoder().encode(`400 connections: ${spreads}\n`));
});

Deno.test("a worker whose event loop is blocked accepts no connections", async () => {
  await using status = await statusFile();
  const args = [...workers("pooled", 4), ...TROUBLE, ...status.args];
  await using server = await startServer(args);
  using blocker = await Client.connect(server);
  // Outlasts the test; the end of the server ends it.
  await blocker.send("block 25000\n");
  const before = await status.says(
    "the blocking client is connected",
    ({ totals }) => totals.open === 1,
  );
  const blocked = before.lanes.find((lane) => lane.open === 1)?.lane;
  const spreads: string[] = [];
  for (let isEven = false; !isEven; assert(isEven || spreads.length < ATTEMPTS, `${spreads}`)) {
    const clients = await Promise.all(Array.from({ length: 90 }, () => Client.connect(server)));
    const answers = await Promise.all(clients.map((client) => client.ask("hello")));
    assert(answers.every((answer) => answer.startsWith("hello ")), "not all were answered");
    const { lanes } = await status.says("all are open", ({ totals }) => totals.open === 91);
    assertEquals(lanes.find((lane) => lane.lane === blocked)?.open, 1);
    const others = lanes.filter((lane) => lane.lane !== blocked).map((lane) => lane.open);
    isEven = others.every((open) => open >= 25 && open <= 35);
    spreads.push(others.join("/"));
    clients.forEach((client) => client.close());
    await status.says("they are closed", ({ totals }) => totals.open === 1);
  }
});
