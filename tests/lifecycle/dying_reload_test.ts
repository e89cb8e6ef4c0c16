import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { type LogLine, startServer } from "../helpers/server.ts";

const GOOD = "export default { async serve(connection) { await connection.write('good\\n'); " +
  "await connection.read(); } };";
const DIES = "setTimeout(() => { throw new Error('dead soon') }, 10); " + GOOD;
const CLIENTS = 12;

Deno.test("--mode threaded: a reload of code that dies soon fails at once, and the old code serves on", async () => {
  await using handler = await makeHandler(GOOD);
  await using server = await startServer(["--mode", "threaded", ...handler.args]);
  const clients: Client[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    const client = await Client.connect(server);
    clients.push(client);
    assertEquals(await client.receiveText(5), "good\n");
  }
  await Deno.writeTextFile(handler.path, DIES);
  server.kill("SIGHUP");
  const { message } = await server.logged("Cannot reload");
  // Or before its start has ended, on a busy machine.
  assertMatch(
    String(message),
    /(?:crashed right after its start|Cannot start a worker): dead soon/,
  );
  const isOfReload = (record: LogLine) => record["sluice.worker.generation"] === 1;
  const crashes = server.records("Worker crashed").filter(isOfReload);
  assert(crashes.length <= 3, `${crashes.length} crashes`);
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("--mode forked: a reload whose process dies before the old one retires leaves that one accepting", async () => {
  await using handler = await makeHandler(GOOD);
  await using server = await startServer(["--mode", "forked", "--workers", "1", ...handler.args]);
  await Deno.writeTextFile(handler.path, DIES.replace(", 10)", ", 100)"));
  server.kill("SIGHUP");
  await server.logged("Cannot reload");
  for (let i = 0; i < 20; i++) {
    using client = await Client.connect(server);
    assertEquals(await client.receiveText(5), "good\n");
  }
  const crashed = server.records("Worker crashed");
  assert(
    crashed.every((line) => line["sluice.worker.generation"] === 1),
    "the old one has crashed",
  );
});
