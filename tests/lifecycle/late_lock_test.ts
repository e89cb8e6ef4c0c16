import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

/** Blocks its thread until there is a file, then takes the lock that it has used before. */
const source = (folder: string) => `
  const [blocked, go, done] = ["blocked", "go", "done"].map((name) => "${folder}/" + name);
  const exists = (path) => {
    try { return Deno.statSync(path).isFile; } catch { return false; }
  };
  export default {
    framing: { type: "lines" },
    async handle(line, context) {
      (await context.lock("jobs"))[Symbol.dispose]();
      if (line === "lock") return "locked";
      Deno.writeTextFileSync(blocked, "");
      while (!exists(go));
      await context.lock("jobs").catch(() => {});
      Deno.writeTextFileSync(done, "");
    },
  };`;

Deno.test("a thread that goes on after it was killed keeps no lock from the workers that replace it", async () => {
  const folder = await Deno.makeTempDir();
  const exists = (name: string) => [...Deno.readDirSync(folder)].some((one) => one.name === name);
  await using handler = await makeHandler(source(folder));
  await using status = await statusFile();
  await using server = await startServer([
    ...[...workers("pooled", 1), ...handler.args, ...status.args],
    ...["--worker-timeout", "3s", "--max-hung-threads", "9"],
  ]);
  using client = await Client.connect(server);
  await client.send("block\n");
  await until("the thread is blocked", () => exists("blocked"));
  await status.says(
    "the worker has been killed",
    ({ lanes }) => ["hung", "ready"].every((state) => lanes.some((lane) => lane.state === state)),
  );
  await Deno.writeTextFile(`${folder}/go`, "");
  await until("the thread has gone on", () => exists("done"));
  using other = await Client.connect(server);
  let answer = "";
  other.ask("lock").then((received) => answer = received, () => {});
  await until("a new worker has the lock", () => answer === "locked\n");
  await Deno.remove(folder, { recursive: true });
});
