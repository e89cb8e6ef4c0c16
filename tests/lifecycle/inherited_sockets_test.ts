import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Address } from "../../src/base/address.ts";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { testEachPlace, workers } from "../helpers/modes.ts";
import { SERVER, startCommand } from "../helpers/server.ts";
import { SocketHolder } from "../helpers/socket_holder.ts";
import { testWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

const ANY_PORT = { transport: "tcp", hostname: "127.0.0.1", port: 0 } as const;
const HTTP = ["--service", "http"];
const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

/** The status line of a response to a client of its own. */
async function ask(address: Address): Promise<string> {
  using connection = address.transport === "unix"
    ? await Deno.connect({ transport: "unix", path: address.path })
    : await Deno.connect(address);
  await connection.write(REQUEST);
  const text = await new Response(connection.readable).text();
  return text.slice(0, text.indexOf("\r\n"));
}

const OK = "HTTP/1.1 200 OK";

testEachPlace(
  "no client of an inherited socket is refused, whatever happens to the server",
  async ({ args }) => {
    using holder = new SocketHolder({ web: ANY_PORT });
    const address = holder.address("web");
    await using first = await holder.start(args(...HTTP));
    assertEquals(first.port, holder.port("web"));
    assertEquals(first.log[0]?.["sluice.inherited_sockets"], 1);
    assertStringIncludes(first.log[0]?.message ?? "", "from the service manager");
    assertEquals(await ask(address), OK);
    first.kill("SIGKILL");
    await first.exited;
    const waiting = Array.from({ length: 5 }, () => ask(address));
    await using second = await holder.start(args(...HTTP));
    assertEquals(await Promise.all(waiting), Array(5).fill(OK));
    // Rolling: the second one drains once the third one serves.
    let isOver = false;
    const responses: string[] = [];
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) responses.push(await ask(address));
    });
    await using third = await holder.start(args(...HTTP));
    second.kill("SIGTERM");
    assertEquals(await second.exited, 0);
    const before = responses.length;
    await until("the third server has answered", () => responses.length > before + 20);
    isOver = true;
    await Promise.all(load);
    assertEquals(new Set(responses), new Set([OK]));
    third.kill("SIGTERM");
    assertEquals(await third.exited, 0);
  },
);

Deno.test("clients that wait in an inherited queue while the server stops are the next one's", async () => {
  using holder = new SocketHolder({ web: ANY_PORT });
  await using first = await holder.start(["--mode", "single", ...HTTP]);
  using busy = await Client.connect(first);
  await busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await busy.receiveText(1);
  const waiting = Array.from({ length: 3 }, () => ask(holder.address("web")));
  first.kill("SIGTERM");
  await first.logged("SIGTERM received");
  waiting.push(ask(holder.address("web")));
  await using _second = await holder.start(["--mode", "async", ...HTTP]);
  assertEquals(await Promise.all(waiting), Array(4).fill(OK));
  await first.exited;
  assertEquals(first.records("Stopped")[0]?.["sluice.connections.accepted"], 1);
});

Deno.test("--mode forked: processes that share an inherited socket have as many clients each", async () => {
  using holder = new SocketHolder({ web: ANY_PORT });
  await using server = await holder.start([...workers("forked", 2), ...HTTP]);
  const clients: Client[] = [];
  for (let i = 0; i < 40; i++) {
    const client = await Client.connect(server);
    clients.push(client);
    await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.receiveText(1);
  }
  for (const client of clients) client[Symbol.dispose]();
  const closed = () => server.records("Connection closed");
  await until("all connections are closed", () => closed().length === clients.length);
  const lanes = closed().map((line) => String(line["sluice.connection.id"]).split("-")[0]);
  const ofFirst = lanes.filter((lane) => lane === lanes[0]).length;
  assert(ofFirst >= 10 && ofFirst <= 30, `${ofFirst} of 40 clients are in one process`);
});

Deno.test("an inherited Unix socket survives a reload and the server; one called admin is the admin port", async () => {
  const folder = await Deno.makeTempDir();
  using holder = new SocketHolder({
    web: { transport: "unix", path: `${folder}/web.sock` },
    admin: { transport: "unix", path: `${folder}/admin.sock` },
  });
  for (let i = 0; i < 2; i++) {
    await using server = await holder.start(["--mode", "async", ...HTTP]);
    assertEquals(server.log[0]?.["sluice.inherited_sockets"], 2);
    assertEquals(await ask(holder.address("web")), OK);
    assertEquals(await ask(holder.address("admin")), OK);
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    assertEquals(await ask(holder.address("web")), OK);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  }
  await Deno.remove(folder, { recursive: true });
});

const MISTAKES = [
  { env: ["LISTEN_FDS=x"], expected: 'LISTEN_FDS is "x", expected a number' },
  { env: ["LISTEN_PID=x"], expected: 'LISTEN_PID is "x", expected the id of a process' },
  {
    env: ["LISTEN_FDNAMES=a:b"],
    expected: "LISTEN_FDNAMES has 2 names, expected 1, as LISTEN_FDS",
  },
  { env: ["LISTEN_FDS=99", "LISTEN_FDNAMES="], expected: "file descriptor" },
  { env: ["_SLUICE_SOCKETS=[]"], expected: '_SLUICE_SOCKETS is "[]", expected' },
];

Deno.test("wrong variables and sockets that nothing is served on end the start with 78", async () => {
  using holder = new SocketHolder({ web: ANY_PORT });
  for (const { env, expected } of MISTAKES) {
    const { code, stderr } = await holder.run(HTTP, env);
    assertEquals([code, stderr.startsWith("sluice: Cannot take over the sockets")], [78, true]);
    assertStringIncludes(stderr, expected);
  }
  const { code, stderr } = await holder.run([...HTTP, "--port", "1"], []);
  assertEquals(code, 78);
  assertStringIncludes(stderr, `nothing is served on "127.0.0.1:${holder.port("web")}"`);
});

testWith(
  "systemd-socket-activate",
  "a server that systemd starts for its first client answers that",
  async () => {
    const port = freePort();
    const [program = "", ...args] = SERVER;
    const activate = ["systemd-socket-activate", "-l", `127.0.0.1:${port}`, "--", program];
    const starting = startCommand([...activate, ...args, "--mode", "async", ...HTTP]);
    const address = { ...ANY_PORT, port };
    const isOpen = () => ask(address).then(() => true, () => false);
    await until("the first client is answered", isOpen);
    await using server = await starting;
    assertEquals(server.port, port);
  },
);
