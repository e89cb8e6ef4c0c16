import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { testEachMode, testEachPlace, workers } from "../helpers/modes.ts";
import { SERVER, startCommand, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

/** Starts a server under `ulimit -n 64`. */
function startWithFewDescriptors(...args: string[]) {
  const command = `ulimit -n 64; exec "$@"`;
  const server = [...SERVER, "--port", "0", ...args];
  return startCommand(["bash", "-c", command, "sluice", ...server]);
}

testEachMode("--overload wait serves 50 clients, 10 at a time", async ({ args, clients }) => {
  await using server = await startServer(args("--service", "echo", "--max-connections", "10"));
  let open = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    using client = await Client.connect(server);
    const text = `client ${i}`;
    await client.send(text);
    assertEquals(await client.receiveText(text.length), text);
    most = Math.max(most, ++open);
    await client.send("again");
    await client.receive(5);
    open--;
  }));
  assert(most <= Math.min(10, clients), `${most} were served at once`);
  await until(
    "all are logged",
    () => server.records("Connection closed").length === 50,
  );
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const stopped = server.log.at(-1);
  assertEquals(stopped?.["sluice.connections.accepted"], 50);
  assertEquals(stopped?.["sluice.connections.killed"], 0);
}, { limits: "exact" });

testEachPlace(
  "--overload refuse serves 10 clients and answers 40 with 503 and Retry-After",
  async ({ args }) => {
    await using server = await startServer(args("--max-connections", "10", "--overload", "refuse"));
    const clients = await Promise.all(Array.from({ length: 10 }, () => Client.connect(server)));
    for (const client of clients) {
      await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertStringIncludes(await client.receiveUntil("World!"), "200 OK");
      // An idle client would soon lose its place to another.
      await client.send("GET / HTTP/1.1\r\n");
    }
    await Promise.all(Array.from({ length: 40 }, async () => {
      using client = await Client.connect(server);
      await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      const response = await client.receiveAll();
      assertStringIncludes(response, "HTTP/1.1 503 Service Unavailable\r\n");
      assertStringIncludes(response, "Retry-After: 1\r\n");
    }));
    for (const client of clients) client.close();
    await until("the leases are released", async () => {
      using client = await Client.connect(server);
      await client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      return (await client.receiveAll()).includes("200 OK");
    });
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assert(Number(server.log.at(-1)?.["sluice.connections.refused"]) >= 40);
  },
  { clients: 10, limits: "exact" },
);

Deno.test("--mode single serves one client at a time", async () => {
  await using server = await startServer(["--service", "echo", "--mode", "single"]);
  using first = await Client.connect(server);
  await first.send("x");
  await first.receive(1);
  using second = await Client.connect(server);
  await second.send("second");
  let isSecondServed = false;
  const served = second.receiveText(6).then((text) => {
    isSecondServed = true;
    return text;
  });
  for (let i = 0; i < 20; i++) {
    await first.send("still first");
    await first.receive(11);
  }
  assert(!isSecondServed, "two clients were served at once");
  first.close();
  assertEquals(await served, "second");
});

// Not threaded: with a thread for each connection, and their descriptors, 64 are too few.
for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: with 64 descriptors, the lowered limit is logged and 200 clients are served in turn`, async () => {
    await using server = await startWithFewDescriptors(...workers(mode), "--service", "echo");
    const started = server.log.find((line) => "sluice.service" in line);
    const used = Number(started?.["sluice.max_connections"]);
    const most = mode === "forked" ? 64 : 32;
    assert(mode === "async" ? used === most : used > 0 && used <= most, `the limit is ${used}`);
    assert(
      server.log.some((line) => line["process.descriptor_limit"] === 64),
      "the descriptor limit is not logged",
    );
    await Promise.all(Array.from({ length: 200 }, async () => {
      using client = await Client.connect(server);
      await client.send("x");
      assertEquals(await client.receiveText(1), "x");
    }));
    const outages = server.records("Cannot accept");
    assertEquals(outages, [], "the limit is higher than descriptors allow");
  });
}

Deno.test("the server recovers when descriptors run out, and logs one outage", async () => {
  // While the first client is connected, its handler holds all descriptors, and accept(2) gets none.
  await using handler = await makeHandler(
    `const held = [];
    let isFirst = true;
    export default {
      async serve(connection) {
        try { while (isFirst) held.push(Deno.openSync("/dev/null")); } catch {}
        isFirst = false;
        await connection.write("full");
        while (await connection.read() !== null);
        for (const file of held.splice(0)) file.close();
      },
    };`,
  );
  await using server = await startWithFewDescriptors(...handler.args);
  using first = await Client.connect(server);
  assertEquals(await first.receiveText(4), "full");
  using second = await Client.connect(server);
  await server.logged("Cannot accept");
  first.close();
  assertEquals(await second.receiveText(4), "full");
  await server.logged("Accepting again");
  assertEquals(server.records("Cannot accept").length, 1);
});

Deno.test("a backlog above the system limit is logged", async () => {
  await using server = await startServer(["--service", "echo", "--backlog", "65535"]);
  const warning = server.log.find((line) => "sluice.backlog.wanted" in line);
  assertEquals(warning?.["sluice.backlog.wanted"], 65535);
});
