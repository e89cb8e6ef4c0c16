/** A server that was stopped as a whole and continues: `docker pause`, a suspended laptop, SIGSTOP. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { makeMark } from "../../helpers/mark.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

const CLIENTS = 6;
/** Longer than all timeouts, the kernel's timer of orphans included; in milliseconds. */
const FROZEN = 5000;
const TIMEOUTS = ["--worker-timeout", "1s", "--idle-timeout", "2s", "--write-timeout", "2s"];

for (const mode of ["async", "threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} goes on where it was after it was stopped as a whole`, async () => {
    const mark = makeMark();
    const args = [...workers(mode), "--service", "echo", ...TIMEOUTS];
    await using server = await startServer(args, mark);
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => Client.connect(server)),
    );
    const exchange = async (client: Client, text: string) => {
      await client.send(text);
      assertEquals(await client.receiveText(text.length), text);
    };
    await Promise.all(clients.map((client) => exchange(client, "before")));
    const processes = mark.processes();
    for (const pid of processes) Deno.kill(pid, "SIGSTOP");
    const [silent, ...sending] = clients;
    await Promise.all(sending.map((client) => client.send("meanwhile")));
    await delay(FROZEN);
    for (const pid of processes) Deno.kill(pid, "SIGCONT");
    await Promise.all(sending.map(async (client) => {
      assertEquals(await client.receiveText(9), "meanwhile");
      await exchange(client, "after");
    }));
    if (silent !== undefined) await exchange(silent, "after");
    for (const client of clients) client.close();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const last: Record<string, unknown> = server.log.at(-1) ?? {};
    assertEquals([last["sluice.workers.crashed"], last["sluice.workers.hung"]], [0, 0]);
    assertEquals(server.records("Connection closed").length, CLIENTS);
  });
}
