import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeForeignHandler, makeHandler, TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { NotifySocket } from "../helpers/notify_socket.ts";
import { runMain, SERVER, startCommand, startServer } from "../helpers/server.ts";
import { childrenOf } from "../helpers/process.ts";

/** What a message announces, apart from its status. */
function steps({ messages }: NotifySocket): readonly string[] {
  return messages.flatMap(({ values }) =>
    ["READY", "RELOADING", "STOPPING"].filter((name) => name in values)
  );
}

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} notifies the service manager of each step of its life, in order`, async () => {
    await using manager = await NotifySocket.open(mode === "pooled" ? "abstract" : "path");
    await using server = await startServer([...workers(mode), ...TROUBLE], { env: manager.env });
    const ready = await manager.next("READY");
    assertEquals(manager.messages[0]?.values, { STATUS: "Starting" });
    assertMatch(ready.values.STATUS ?? "", /^Serving 0 connections with \d workers?, saturation /);
    assert(!("MAINPID" in ready.values), "it is the process that was started");

    for (const pid of childrenOf(server.pid)) {
      // Lanes in processes do not speak for the server.
      assert(!Deno.readTextFileSync(`/proc/${pid}/environ`).includes("NOTIFY_SOCKET"));
    }

    using client = await Client.connect(server);
    await client.ask("hello");
    await manager.says(/^Serving 1 connection with/);

    const clock = Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]) * 1e6;
    server.kill("SIGHUP");
    const reloading = await manager.next("RELOADING");
    const time = Number(reloading.values.MONOTONIC_USEC);
    assert(Math.abs(time - clock) < 5e6, `${time} is the time of the manager, ${clock}`);
    const after = manager.messages.indexOf(reloading);
    const reloaded = await manager.next("READY", after);
    assertEquals(reloaded.values.STATUS, "Reloaded");

    // Longer than a drain may take without asking for more time.
    await client.send(`hello\nwait ${mode === "async" ? 2500 : 200}\n`);
    // By then, the handler works on the second line.
    await client.receiveUntil("\n");
    const asked = client.receiveUntil("\n");
    server.kill("SIGTERM");
    const stopping = await manager.next("STOPPING");
    assertMatch(stopping.values.STATUS ?? "", /^Draining \d connections?$/);
    if (mode === "async") {
      await manager.next("EXTEND_TIMEOUT_USEC", manager.messages.indexOf(stopping));
    }
    await asked;
    client.close();
    assertEquals(await server.exited, 0);
    assertEquals(steps(manager), ["READY", "RELOADING", "READY", "STOPPING"]);
  });
}

Deno.test("a reload that fails is notified as ended, and why it failed", async () => {
  await using manager = await NotifySocket.open();
  await using handler = await makeHandler("export default { fetch: () => new Response('') };");
  await using server = await startServer(handler.args, { env: manager.env });
  await Deno.writeTextFile(handler.path, "throw new Error('first\\nREADY=0');");
  server.kill("SIGHUP");
  const reloading = await manager.next("RELOADING");
  const ended = await manager.next("READY", manager.messages.indexOf(reloading));
  assertEquals(ended.values.READY, "1");
  assertMatch(ended.values.STATUS ?? "", /^Cannot reload, .*first\\nREADY=0/);
  await manager.says(/^Serving 0 .*; last reload failed: /);
});

Deno.test("a server that cannot start tells the service manager why, and its exit code", async () => {
  await using manager = await NotifySocket.open();
  const args = ["--pid-file", "/nowhere/pid", "--port", "0"];
  assertEquals((await runMain(args, { env: manager.env })).code, 73);
  const { values } = await manager.next("EXIT_STATUS");
  assertEquals(values.EXIT_STATUS, "73");
  assertMatch(values.STATUS ?? "", /^Cannot write the pid file/);
});

Deno.test("a server that starts again with the handler's configuration, below a script, says that it is the main process", async () => {
  await using manager = await NotifySocket.open();
  await using handler = await makeForeignHandler(
    "export default { fetch: () => new Response(Deno.env.get('NOTIFY_SOCKET') ?? 'none') };",
  );
  const env = { ...manager.env, SYSTEMD_EXEC_PID: String(Deno.pid) };
  await using server = await startServer(handler.args, { env });
  assertEquals((await manager.next("READY")).values.MAINPID, String(server.pid));
  const response = await fetch(`http://127.0.0.1:${server.port}/`);
  assertEquals(await response.text(), "none");
});

Deno.test("a server whose service manager is gone says so once and serves", async () => {
  const env = { NOTIFY_SOCKET: "/nowhere/notify" };
  await using server = await startServer([], { env });
  assertEquals(server.records("Cannot notify the service manager, retrying").length, 1);
});

for (
  const [socket, permissions, reason] of [
    ["vsock:2:1234", ["-A"], 'found the socket "vsock:2:1234", expected an absolute path'],
    ["/run/notify", ["-A", "--deny-ffi"], "found no permission to call the C library"],
  ] as const
) {
  Deno.test(`a server that cannot notify says that it ${reason}`, async () => {
    const [program = "", run = "", , ...rest] = SERVER;
    if (run !== "run") return;
    await using server = await startCommand(
      [program, run, ...permissions, ...rest, "--port", "0"],
      { env: { NOTIFY_SOCKET: socket } },
    );
    const [record] = server.records("Cannot notify the service manager");
    assert(record?.message.includes(reason), record?.message);
  });
}
