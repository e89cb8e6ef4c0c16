import { assertEquals } from "@std/assert";
import { NamedEcho, startBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import { until } from "../../helpers/until.ts";

/** How a connection has ended whose client was sent to no backend. */
function whyOf(line: Readonly<Record<string, unknown>>): readonly unknown[] {
  return [
    line["sluice.connection.ended_by"],
    line["error.message"],
    line["sluice.upstream.attempts"],
  ];
}

const LATE = [
  "timeout",
  `Cannot reach a backend of "default": none was available within --queue-timeout`,
  0,
];
const SHED = [
  "limit",
  `Cannot reach a backend of "default": none is available, and as many clients wait as --queue-size allows`,
  0,
];

async function startFull(...args: readonly string[]) {
  const backend = new NamedEcho("a");
  const { hostname, port } = backend.address;
  const server = await startBalancer([`${hostname}:${port},max=1`], ...args);
  const served = await Client.connect(server);
  assertEquals(await served.receiveUntil("\n"), "a\n");
  return {
    server,
    served,
    async [Symbol.asyncDispose]() {
      served.close();
      await server[Symbol.asyncDispose]();
      backend[Symbol.dispose]();
    },
  };
}

Deno.test("--queue-timeout refuses who has waited too long, --queue-size who comes to a full queue", async () => {
  await using full = await startFull("--queue-timeout", "3s", "--queue-size", "1");
  const { server, served } = full;
  using first = await Client.connect(server);
  await first.send("x");
  using second = await Client.connect(server);
  await second.send("x");
  // Which of them has come first is for the kernel to say.
  for (const client of [first, second]) {
    assertEquals(await client.receiveAll().catch(() => ""), "");
  }
  await until("both are recorded", () => server.records("Connection closed").length === 2);
  assertEquals(server.records("Connection closed").map(whyOf), [SHED, LATE]);
  served.close();
  using next = await Client.connect(server);
  assertEquals(await next.receiveUntil("\n"), "a\n");
});

Deno.test("--queue-shed oldest refuses who has waited longest", async () => {
  await using full = await startFull("--queue-size", "1", "--queue-shed", "oldest");
  const { server, served } = full;
  using first = await Client.connect(server);
  await first.send("x");
  using second = await Client.connect(server);
  await second.send("x");
  const shed = await server.logged("Connection closed");
  assertEquals(whyOf(shed), SHED);
  served.close();
  const left = await Promise.all(
    [first, second].map((client) => client.receiveUntil("\n").catch(() => "")),
  );
  assertEquals(left.sort(), ["", "a\n"]);
});

Deno.test("--queue-size 0 refuses at once", async () => {
  await using full = await startFull("--queue-size", "0");
  using client = await Client.connect(full.server);
  assertEquals(await client.receiveAll().catch(() => ""), "");
  assertEquals(whyOf(await full.server.logged("Connection closed")), SHED);
});
