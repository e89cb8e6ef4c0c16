/** What the record of a connection says of each failure. */
import { assertEquals } from "@std/assert";
import { type Address, formatAddress } from "../../../src/base/address.ts";
import { Backend, deadAddress, hang } from "../../helpers/backend.ts";
import { NamedEcho, startBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import { startNode } from "../../helpers/named_backends.ts";
import type { LogLine, Server } from "../../helpers/server.ts";
import { listenSilently } from "../../helpers/silent.ts";
import { testWith } from "../../helpers/tools.ts";

/** Who has ended a connection, and why; where it was, and after how many attempts. */
function storyOf(line: LogLine): readonly unknown[] {
  return [
    line["sluice.connection.ended_by"],
    line["error.message"],
    line["sluice.upstream.address"],
    line["sluice.upstream.attempts"],
  ];
}

/** Connects, sends something, and returns what the record says once it has ended. */
async function story(server: Server): Promise<readonly unknown[]> {
  using client = await Client.connect(server);
  await client.send("xyz");
  await client.receiveAll().catch(() => "");
  client.close();
  return storyOf(await server.logged("Connection closed"));
}

async function storyOfOne(address: Address, ...args: string[]): Promise<readonly unknown[]> {
  await using server = await startBalancer([address], ...args);
  return await story(server);
}

Deno.test("a record tells of a backend that does not answer in time, and of all that were tried", async () => {
  using silent = await listenSilently();
  const dead = deadAddress();
  await using server = await startBalancer(
    [silent.address, dead],
    // The one that refuses must do so in this time, too.
    ...["--balance", "first", "--connect-timeout", "2s", "--connect-retries", "1"],
  );
  assertEquals(await story(server), [
    "upstream",
    `Cannot connect to ${formatAddress(dead)}: connection refused`,
    formatAddress(dead),
    2,
  ]);
  assertEquals(
    await storyOfOne(
      { transport: "tcp", hostname: "127.0.0.1", port: silent.port },
      "--connect-timeout",
      "200ms",
    ),
    [
      "upstream",
      `Cannot connect to ${silent.address}: no answer within 200 ms`,
      silent.address,
      1,
    ],
  );
});

testWith("node", "a record tells of a backend that resets a connection", async () => {
  await using backend = await startNode("a");
  await using server = await startBalancer([backend.address]);
  using client = await Client.connect(server);
  assertEquals(await client.ask("hello"), "a hello\n");
  await client.send("reset\n");
  assertEquals(await client.receiveAll(), "");
  client.close();
  assertEquals(storyOf(await server.logged("Connection closed")), [
    "upstream",
    "Cannot use the connection: ended by upstream while reading (Connection reset by peer (os error 104))",
    backend.address,
    1,
  ]);
});

Deno.test("a record tells of a group without any backend", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, "[]");
  await using server = await startBalancer([], "--upstream-file", path, "--queue-timeout", "100ms");
  assertEquals(await story(server), [
    "timeout",
    `Cannot reach a backend of "default": none was available within --queue-timeout`,
    undefined,
    0,
  ]);
  await Deno.remove(path);
});

Deno.test("a record tells of a relay that was silent for too long", async () => {
  using backend = new Backend(hang);
  assertEquals(await storyOfOne(backend.address, "--idle-timeout", "1s"), [
    "timeout",
    undefined,
    formatAddress(backend.address),
    1,
  ]);
});

Deno.test("who leaves while waiting for a backend takes no place", async () => {
  using backend = new NamedEcho("a");
  const { hostname, port } = backend.address;
  await using server = await startBalancer([`${hostname}:${port},max=1`]);
  using served = await Client.connect(server);
  assertEquals(await served.receiveUntil("\n"), "a\n");
  for (let i = 0; i < 3; i++) {
    using waiting = await Client.connect(server);
    await waiting.send("x");
  }
  served.close();
  using next = await Client.connect(server);
  assertEquals(await next.receiveUntil("\n"), "a\n");
});
