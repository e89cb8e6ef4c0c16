import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { runMain, SERVER, startCommand, startServer } from "../helpers/server.ts";
import { echoOver } from "../helpers/talk.ts";
import { runTool, testUnless, testWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

/** Runs a command in a network namespace of its own. */
const UNSHARE = ["unshare", "--map-root-user", "--net"];

Deno.test("the first log record has the mode, service, address, pid and limits", async () => {
  await using server = await startServer(["--service", "echo", "--max-connections", "77"]);
  const [started] = server.log;
  assertEquals(started?.["sluice.mode"], "async");
  assertEquals(started?.["sluice.service"], "echo");
  assertEquals(started?.["server.address"], "127.0.0.1");
  assertEquals(started?.["process.pid"], server.pid);
  assertEquals(started?.["sluice.max_connections"], 77);
  assertStringIncludes(started?.message ?? "", `127.0.0.1:${server.port}`);
});

Deno.test("--bind :: serves IPv6 and IPv4, and counts an IPv4 client as one address", async () => {
  await using server = await startServer(
    ["--service", "echo", "--bind", "[::]:0", "--max-connections-per-ip", "1"],
  );
  using first = await Client.connect(server);
  await first.send("x");
  assertEquals(await first.receiveText(1), "x");
  assertEquals(await echoOver(await Deno.connect({ hostname: "::1", port: server.port })), "hello");
  using second = await Client.connect(server);
  assertEquals(await second.receiveAll(), "");
});

for (const mode of ["async", "threaded", "forked"]) {
  Deno.test(`--mode ${mode}: --host localhost serves both families on one port, and after a reload, too`, async () => {
    await using server = await startServer(
      [...workers(mode, 2), "--service", "echo", "--host", "localhost", "--port", "0"],
    );
    const { port, log: [started] } = server;
    assertStringIncludes(started?.message ?? "", `on 127.0.0.1:${port}, [::1]:${port}`);
    const bothEcho = async () => {
      for (const hostname of ["127.0.0.1", "::1"]) {
        assertEquals(await echoOver(await Deno.connect({ hostname, port })), "hello");
      }
    };
    await bothEcho();
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    await bothEcho();
  });
}

Deno.test("--bind localhost listens on both loopback addresses, and neither may be taken or given twice", async () => {
  const port = freePort();
  const listener = Deno.listen({ hostname: "::1", port });
  const bind = ["--service", "echo", "--bind", `localhost:${port}`];
  const failure = async (args: readonly string[]) => {
    const server = await startServer(args).catch((error: Error) => error);
    if (server instanceof Error) return server.message;
    await server[Symbol.asyncDispose]();
    return "It served";
  };
  assertStringIncludes(await failure(bind), `Cannot bind "[::1]:${port}": address in use`);
  listener.close();
  assertStringIncludes(
    await failure([...bind, "--bind", `[::1]:${port}`]),
    `Cannot listen on "[::1]:${port}" twice`,
  );
  await using server = await startServer(bind);
  assertEquals(await echoOver(await Deno.connect({ hostname: "::1", port: server.port })), "hello");
});

testUnless(networkObstacle(), "--host localhost serves IPv4 alone without IPv6", async () => {
  // A new network namespace has no ::1 until its loopback interface is up.
  await using server = await startCommand(
    [...UNSHARE, ...SERVER, "--service", "echo", "--host", "localhost", "--port", "0"],
  );
  const [started] = server.log;
  assertStringIncludes(started?.message ?? "", `on 127.0.0.1:${server.port}`);
  assert(!started?.message.includes("[::1]"));
});

/** Why there can be no network namespace; null if there can. */
function networkObstacle(): string | null {
  const obstacle = "unshare cannot make a network namespace";
  const [program = "", ...args] = UNSHARE;
  try {
    const { success } = new Deno.Command(program, { args: [...args, "true"] }).outputSync();
    return success ? null : obstacle;
  } catch {
    return obstacle;
  }
}

Deno.test("--bind is repeatable, and --max-connections covers all addresses together", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  await using server = await startServer(
    ["--service", "echo", "--max-connections", "1", "-b", "127.0.0.1:0", "-b", `unix:${path}`],
  );
  using first = await Client.connect(server);
  await first.send("x");
  assertEquals(await first.receiveText(1), "x");
  const second = Deno.connect({ transport: "unix", path }).then(echoOver);
  first.close();
  assertEquals(await second, "hello");
});

Deno.test("--bind unix: sets --unix-mode, replaces a stale socket file and removes its own", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  const bind = ["--service", "echo", "--bind", `unix:${path}`, "--unix-mode", "600"];
  {
    await using server = await startServer(bind);
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    const second = await runMain(bind);
    assertEquals(second.code, 69);
    assertStringIncludes(second.stderr, "address in use");
    server.kill("SIGKILL");
    await server.exited;
  }
  assert(Deno.lstatSync(path).isSocket, "a killed server left no socket file");
  await using server = await startServer(bind);
  assertEquals(await echoOver(await Deno.connect({ transport: "unix", path })), "hello");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
});

Deno.test("--bind unix: does not replace a file that is not a socket", async () => {
  const path = await Deno.makeTempFile();
  const { code, stderr } = await runMain(["--bind", `unix:${path}`]);
  assertEquals(code, 73);
  assertStringIncludes(stderr, "not a socket");
  assert(Deno.statSync(path).isFile);
  await Deno.remove(path);
});

Deno.test("PORT sets the port, and --port takes precedence", async () => {
  const port = String(freePort());
  await using server = await startServer(["--host", "127.0.0.1"], { env: { PORT: port } });
  assertEquals(server.port, Number(port));
  const other = String(freePort());
  await using second = await startServer(["--port", other], { env: { PORT: port } });
  assertEquals(second.port, Number(other));
});

Deno.test("--pid-file holds the pid while the server runs", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  await using server = await startServer(["--service", "echo", "--pid-file", path]);
  assertEquals(Deno.readTextFileSync(path), `${server.pid}\n`);
  const second = await runMain(["--service", "echo", "--port", "0", "--pid-file", path]);
  assertEquals(second.code, 73);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("HUP reopens the log file after it was renamed", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sluice.log`;
  const [program = "", ...before] = SERVER;
  const child = new Deno.Command(program, {
    args: [...before, ...["--service", "echo", "--port", "0", "--log-file", path]],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const has = (file: string, text: string) => () => {
    try {
      return Deno.readTextFileSync(file).includes(text);
    } catch {
      return false;
    }
  };
  await until("it serves", has(path, "Serving echo"));
  Deno.renameSync(path, `${path}.old`);
  child.kill("SIGHUP");
  await until("the new file exists", has(path, ""));
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  assert(has(path, '"Stopped"')(), "the last record is not in the new file");
  assert(has(`${path}.old`, "Serving echo")());
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the server survives a closed standard output", async () => {
  const folder = await Deno.makeTempDir();
  const [path, pidFile] = [`${folder}/socket`, `${folder}/pid`];
  const child = new Deno.Command("bash", {
    args: [
      "-c",
      `"$0" "$@" | head -c 1`,
      ...[...SERVER, "--service", "echo", "--bind", `unix:${path}`, "--pid-file", pidFile],
    ],
    stdin: "null",
    stdout: "null",
  }).spawn();
  const connect = () => Deno.connect({ transport: "unix", path });
  await until("it serves", () => connect().then((conn) => (conn.close(), true), () => false));
  for (let i = 0; i < 3; i++) assertEquals(await echoOver(await connect()), "hello");
  Deno.kill(Number(Deno.readTextFileSync(pidFile)), "SIGTERM");
  await child.status;
  await Deno.remove(folder, { recursive: true });
});

const RESETS = `
import socket, struct, sys
for _ in range(200):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
`;

testWith(
  "python3",
  "the server survives 200 clients that reset right after connecting",
  async () => {
    await using server = await startServer(["--service", "echo"]);
    const { code, stderr } = await runTool("python3", ["-c", RESETS, String(server.port)]);
    assertEquals(code, 0, stderr);
    assertEquals(await echoOver(await Deno.connect({ port: server.port })), "hello");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.failed"], 0);
  },
);

Deno.test("the server survives when a forgotten promise or timer of a handler fails", async () => {
  await using handler = await makeHandler(
    `export default { async serve(connection) {
      Promise.reject(new Error("forgotten"));
      setTimeout(() => { throw new Error("late") }, 1);
      await connection.write("fine");
    } };`,
  );
  await using server = await startServer(handler.args);
  for (let i = 0; i < 2; i++) {
    using client = await Client.connect(server);
    assertEquals(await client.receiveAll(), "fine");
  }
  await server.logged((line) => line["exception.message"] === "late");
  await server.logged((line) => line["exception.message"] === "forgotten");
});
