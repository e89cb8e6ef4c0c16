/** Servers with `--respawn`, whose parent starts them again. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { makeHandler, TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf, isAlive } from "../helpers/process.ts";
import { nextServer, servingPid, spareOf } from "../helpers/respawn.ts";
import { runMain, type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

Deno.test("a server that is killed is started again by its parent, and clients that connect meanwhile are served", async () => {
  const folder = await Deno.makeTempDir();
  const [pidFile, state] = [`${folder}/pid`, `${folder}/state`];
  await using parent = await startServer([
    ...[...TROUBLE, "--respawn", "--pid-file", pidFile, "--state-dir", state],
  ]);
  assertEquals(Number(Deno.readTextFileSync(pidFile)), parent.pid);
  let pid = servingPid(parent);
  // First without a spare, which has had no time to load; then with one.
  for (const restarts of [1, 2]) {
    if (restarts === 2) {
      await spareOf(parent);
      // Nor does it take another folder, or a disk with room, to go on.
      await Deno.remove(state, { recursive: true });
      await Deno.writeTextFile(state, "");
    }
    Deno.kill(pid, "SIGKILL");
    const waiting = await Promise.all(Array.from({ length: 20 }, () => Client.connect(parent)));
    const answers = await Promise.all(waiting.map((client) => client.ask("hello")));
    assertEquals(answers.filter((answer) => answer.startsWith("hello")).length, 20);
    waiting.forEach((client) => client.close());
    const next = await nextServer(parent, pid);
    const record = parent.records("Started again").at(-1);
    assertEquals(
      record?.message,
      "Started again: the server before this one was killed by SIGKILL",
    );
    assertEquals(
      [record?.["sluice.crashed.pid"], record?.["sluice.restarts"], record?.["process.pid"]],
      [pid, restarts, next],
    );
    pid = next;
  }
  assertEquals(parent.records("Cannot write the folder of --state-dir").length, 1);
  // A signal that comes right after the spare was told to serve.
  const spare = await spareOf(parent);
  Deno.kill(spare, "SIGSTOP");
  Deno.kill(pid, "SIGKILL");
  await until("the parent has noticed", () => !childrenOf(parent.pid).includes(pid));
  parent.kill("SIGTERM");
  try {
    Deno.kill(spare, "SIGCONT");
  } catch { // Its parent has ended it.
  }
  // It ends in its start, or serves by then and drains; a signal that is lost would let it serve on.
  const code = await parent.exited;
  assert([0, 137, 143].includes(code), `exited with ${code}`);
  await assertRejects(() => Deno.stat(pidFile), Deno.errors.NotFound);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the parent passes signals on: HUP reloads, TERM drains with the door closed", async () => {
  await using parent = await startServer([...workers("pooled", 1), ...TROUBLE, "--respawn"]);
  const spare = await spareOf(parent);
  parent.kill("SIGTTIN");
  await parent.logged("SIGTTIN received: adding a worker, now 2");
  parent.kill("SIGHUP");
  await parent.logged("Reloaded");
  using client = await Client.connect(parent);
  await client.send("hello\nwait 700\n");
  await client.receiveUntil("\n");
  const answer = client.receiveUntil("\n");
  parent.kill("SIGTERM");
  await parent.logged("SIGTERM received");
  await until("the door is closed", () => isRefused(parent));
  assertEquals([await answer, await parent.exited], ["waited\n", 0]);
  await until("the spare has ended", () => !isAlive(spare));
});

Deno.test("a second TERM ends a server with --respawn at once, with its exit code", async () => {
  await using parent = await startServer([...workers("async"), ...TROUBLE, "--respawn"]);
  using client = await Client.connect(parent);
  // In one packet, so that the handler works on the second one once it has answered the first.
  await client.send("hello\nwait 60000\n");
  await client.receiveUntil("\n");
  const answer = client.receiveUntil("\n").catch(() => "");
  parent.kill("SIGTERM");
  await parent.logged("SIGTERM received: stopping");
  parent.kill("SIGTERM");
  assertEquals([await answer, await parent.exited], ["", 143]);
});

Deno.test("when the parent is killed, the server drains and leaves nothing behind", async () => {
  const port = ["--port", String(freePort())];
  await using parent = await startServer([...workers("async"), ...TROUBLE, "--respawn", ...port]);
  const pids = [servingPid(parent), await spareOf(parent)];
  using client = await Client.connect(parent);
  // In one packet, so that the handler works on the second one once it has answered the first.
  await client.send("hello\nwait 300\n");
  await client.receiveUntil("\n");
  parent.kill("SIGKILL");
  assertEquals(await client.receiveUntil("\n"), "waited\n");
  await until("all have ended", () => !pids.some(isAlive));
  // The address is free.
  Deno.listen({ port: parent.port, hostname: "127.0.0.1" }).close();
});

async function isRefused(server: Server): Promise<boolean> {
  try {
    (await Client.connect(server)).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused;
  }
}

Deno.test("servers that die one after another are started again after longer and longer pauses, in which TERM ends the parent", async () => {
  const folder = await Deno.makeTempDir();
  // Dies while it loads, but for the first time.
  await using handler = await makeHandler(`
    try { Deno.mkdirSync(${
    JSON.stringify(`${folder}/once`)
  }); } catch { Deno.kill(Deno.pid, "SIGKILL"); }
    export default { framing: { type: "lines" }, handle: (line) => line };`);
  await using parent = await startServer([...workers("async"), ...handler.args, "--respawn"]);
  Deno.kill(servingPid(parent), "SIGKILL");
  await until("it has paused twice", () => parent.records("The server was killed").length >= 2);
  assertEquals(
    parent.records("The server was killed").slice(0, 2).map(({ message }) => message),
    [100, 200].map((pause) => `The server was killed by SIGKILL, starting it again in ${pause} ms`),
  );
  await parent.logged(({ message }) => message.endsWith("in 400 ms"));
  using waiting = await Client.connect(parent);
  parent.kill("SIGTERM");
  const code = await parent.exited;
  // In the pause, or in the next start.
  assertEquals(code === 0 || code === 143 || code === 137, true);
  void waiting;
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a server with --respawn is started again on its Unix socket, which is gone after a stop", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  await using parent = await startServer([
    ...[...workers("async"), "--service", "echo"],
    ...["--bind", `unix:${path}`, "--respawn"],
  ]);
  const pid = servingPid(parent);
  Deno.kill(pid, "SIGKILL");
  using client = await Deno.connect({ transport: "unix", path });
  await client.write(new TextEncoder().encode("x"));
  assertEquals(await client.read(new Uint8Array(9)), 1);
  await nextServer(parent, pid);
  parent.kill("SIGTERM");
  assertEquals(await parent.exited, 0);
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

Deno.test("a mistake of the user's ends the parent with its exit code", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String((taken.addr as Deno.NetAddr).port);
  await using handler = await makeHandler(`throw new Error("no");`);
  const [inUse, wrong] = await Promise.all([
    runMain(["--respawn", "--service", "echo", "--port", port]),
    runMain(["--respawn", ...handler.args, "--port", "0"]),
  ]);
  assertEquals(inUse, {
    code: 69,
    stdout: "",
    stderr: `sluice: Cannot bind "127.0.0.1:${port}": address in use, choose another --port\n`,
  });
  const alone = await runMain([...handler.args, "--port", "0"]);
  assertEquals([wrong.code, wrong.stderr], [alone.code, alone.stderr]);
});
