import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";

const TROUBLE = fileURLToPath(import.meta.resolve("../handlers/trouble.js"));

Deno.test("400 connections at once are spread evenly over 4 workers", async () => {
  await using status = await statusFile();
  await using server = await startServer([
    ...["--mode", "pooled", "--workers", "4", "--service", "echo", "--status-file", status.path],
  ]);
  const clients = await Promise.all(Array.from({ length: 400 }, () => Client.connect(server)));
  const { lanes } = await status.says("all are open", ({ totals }) => totals.open === 400);
  const spread = lanes.map((lane) => lane.open);
  // The figure is what this test is for.
  Deno.stderr.writeSync(new TextEncoder().encode(`400 connections: ${spread.join("/")}\n`));
  assert(spread.every((open) => open >= 90 && open <= 110), spread.join("/"));
  clients.forEach((client) => client.close());
});

Deno.test("a worker whose event loop is blocked gets no connections", async () => {
  await using status = await statusFile();
  await using server = await startServer([
    ...["--mode", "pooled", "--workers", "4", "--handler", TROUBLE, "--status-file", status.path],
  ]);
  using blocker = await Client.connect(server);
  await blocker.send("block 4000\n");
  const { lanes: [...before] } = await status.says("it is open", ({ totals }) => totals.open === 1);
  const blocked = before.find((lane) => lane.open === 1)?.lane;
  const clients = await Promise.all(Array.from({ length: 90 }, () => Client.connect(server)));
  for (const client of clients) await client.send("hello\n");
  const answers = await Promise.all(clients.map((client) => client.receiveUntil("\n")));
  assert(answers.every((answer) => answer.startsWith("hello ")), "all are answered meanwhile");
  const { lanes } = await status.says("all are open", ({ totals }) => totals.open === 91);
  assertEquals(lanes.find((lane) => lane.lane === blocked)?.open, 1);
  const others = lanes.filter((lane) => lane.lane !== blocked).map((lane) => lane.open);
  assert(others.every((open) => open >= 25 && open <= 35), others.join("/"));
  clients.forEach((client) => client.close());
});
