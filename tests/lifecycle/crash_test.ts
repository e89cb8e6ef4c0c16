import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

const TROUBLE = fileURLToPath(import.meta.resolve("../handlers/trouble.js"));

async function ask(client: Client, line: string): Promise<string> {
  await client.send(`${line}\n`);
  return await client.receiveUntil("\n");
}

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} replaces a worker whose handler throws in a timer, the others see nothing`, async () => {
    await using status = await statusFile();
    await using server = await startServer([
      ...["--mode", mode, "--workers", "4", "--min-threads", "4", "--max-threads", "8"],
      ...["--handler", TROUBLE, "--status-file", status.path],
    ]);
    for (const harm of ["throw", "reject"]) {
      const bystanders = await Promise.all(
        Array.from({ length: 4 }, () => Client.connect(server)),
      );
      for (const client of bystanders) await ask(client, "hello");
      using culprit = await Client.connect(server);
      await culprit.send(`${harm}\n`);
      await culprit.receiveAll().catch(() => "");
      const alive: boolean[] = await Promise.all(
        bystanders.map((client) => ask(client, "still").then((a) => a !== "", () => false)),
      );
      // With many connections a worker, those of the same worker go with it.
      const least = mode === "threaded" ? 4 : 1;
      assert(alive.filter(Boolean).length >= least, `${harm}: ${alive} of the others are alive`);
      bystanders.forEach((client) => client.close());
    }
    const crashed = () => server.log.filter((line) => line.message.startsWith("Worker crashed"));
    await until("both are logged", () => crashed().length === 2);
    const crashes = crashed();
    assertEquals(crashes.map((line) => line["exception.message"]), [
      "thrown in a timer",
      "rejected",
    ]);
    assert(String(crashes[0]?.["exception.stacktrace"]).includes("trouble.js"), "where it arose");
    assertEquals(server.stderr, "", "an error is told once, in the log");
    await status.says(
      "two crashes, and four workers",
      ({ lanes, totals }) =>
        totals.crashed === 2 && totals.open === 0 &&
        lanes.filter((lane) => lane.state === "ready").length >= 4,
    );
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("a handler that calls Deno.exit ends its process, which is replaced; a thread goes on", async () => {
  for (const mode of ["pooled", "forked"]) {
    await using server = await startServer([
      ...["--mode", mode, "--workers", "1", "--handler", TROUBLE],
    ]);
    using client = await Client.connect(server);
    await client.send("exit\n");
    await client.receiveAll().catch(() => "");
    await until(`${mode} serves again`, async () => {
      try {
        using other = await Client.connect(server);
        return (await ask(other, "hello")) !== "";
      } catch { // The only process is gone, and its socket with it.
        return false;
      }
    });
    const crashes = server.log.filter((line) => line.message.startsWith("Worker crashed"));
    const exited = mode === "forked" ? ["exited with code 3"] : [];
    assertEquals(crashes.map((line) => String(line["exception.message"]).slice(-18)), exited);
  }
});

Deno.test("workers that die early are tried again at growing intervals, then the server exits 70", async () => {
  for (const mode of ["pooled", "forked"]) {
    const handler = await Deno.makeTempFile({ suffix: ".js" });
    await Deno.writeTextFile(
      handler,
      `setTimeout(() => { throw new Error("dies young"); }, 50);
      export default { async serve(c) { while (await c.read()); } };`,
    );
    await using server = await startServer([
      ...["--mode", mode, "--workers", "2", "--handler", handler],
    ]);
    assertEquals(await server.exited, 70);
    const times = server.log.filter((line) => line.message.startsWith("Worker crashed"))
      .map((line) => Date.parse(String(line.timestamp)));
    assert(times.length >= 6, `${times.length} tries`);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    assert(last - first > 1000, `gave up after ${last - first} ms`);
    const failed = server.log.find((line) => line.message.startsWith("Cannot keep the workers"));
    assertEquals(failed?.message, "Cannot keep the workers alive: dies young");
    await Deno.remove(handler);
  }
});
