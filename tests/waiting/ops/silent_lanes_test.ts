import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../../helpers/client.ts";
import { workers } from "../../helpers/modes.ts";
import { OperatedServer } from "../../helpers/operated.ts";
import { waitFor } from "../../helpers/until.ts";

const WAITING = ["--handler", fileURLToPath(import.meta.resolve("../../handlers/waiting.js"))];

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a lane that is blocked is silent, and the others are listed in time`, async () => {
    await using server = await OperatedServer.start([...workers(mode), ...WAITING]);
    using one = await Client.connect(server);
    const { lane } = await waitFor(
      "it is listed",
      async () => (await server.list()).connections[0] ?? null,
    );
    const others: Client[] = [];
    const other = await waitFor("the other lane has a client, too", async () => {
      others.push(await Client.connect(server));
      const { connections } = await server.list();
      return connections.find((found) => found.lane !== lane) ?? null;
    });
    await one.send(get("/block"));
    const list = await waitFor("the lane is blocked", async () => {
      const list = await server.list();
      return list.silent_lanes.length > 0 ? list : null;
    });
    assertEquals(list.silent_lanes, [lane]);
    assert(list.duration < 1900, `listing took ${list.duration} ms`);
    assert(list.connections.some(({ id }) => id === other.id));
    // Its late answer is none that it was not asked for.
    await one.receiveUntil("done");
    assertEquals((await server.list()).silent_lanes, []);
    assertEquals(server.log.filter(({ message }) => message.startsWith("Worker crashed")), []);
    for (const client of others) client.close();
  });
}
