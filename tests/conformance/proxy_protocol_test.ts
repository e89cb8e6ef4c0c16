/** `--accept-proxy`, in every mode. */
import { assertEquals } from "@std/assert";
import { proxyHeader } from "../../src/core/proxy_protocol/format.ts";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { receiveResponse, requestText } from "../helpers/http_client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { bytesOf, IPV4_LINE, MALFORMED } from "../helpers/proxy_headers.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const ACCEPT = ["--accept-proxy", "--trusted-proxies", "127.0.0.0/8"];
const TELL = `export default {
  fetch: (_, { remoteAddr, localAddr }) => Response.json([remoteAddr, localAddr]),
};`;

/** The ends of a client's connection to its proxy. */
function endsOf(hostname: string, port = 56324) {
  const localAddr = { transport: "tcp", hostname: "192.168.0.11", port: 443 } as const;
  return { remoteAddr: { transport: "tcp", hostname, port } as const, localAddr };
}

/** Connects as a proxy does for a client. */
async function connectAs(hostname: string, server: Server): Promise<Client> {
  const client = await Client.connect(server);
  await client.send(proxyHeader("v2", endsOf(hostname)));
  return client;
}

testEachPlace(
  "--accept-proxy: the echo service serves clients of trusted proxies, and the log names both",
  async ({ args }) => {
    await using server = await startServer(args("--service", "echo", ...ACCEPT));
    for (const header of [bytesOf(IPV4_LINE), proxyHeader("v2", endsOf("192.168.0.1"))]) {
      using client = await Client.connect(server);
      await client.send(bytesOf([...header], "hello"));
      assertEquals(await client.receiveText(5), "hello");
      const { port } = client.localAddr;
      client.close();
      const record = await server.logged((line) => line["network.peer.port"] === port);
      assertEquals(
        [record.message, record["client.address"], record["client.port"]],
        ["Connection closed", "192.168.0.1", 56324],
      );
      assertEquals(record["network.peer.address"], "127.0.0.1");
      assertEquals(record["sluice.connection.bytes_in"], 5);
    }
  },
);

testEachPlace(
  "--accept-proxy: HTTP and its access log have the address of the client",
  async ({ args }) => {
    await using handler = await makeHandler(TELL);
    const accessLog = await Deno.makeTempFile();
    await using server = await startServer(
      args(...handler.args, ...ACCEPT, "--access-log", accessLog),
    );
    for (const hostname of ["192.168.0.1", "2001:db8::1"]) {
      using client = await connectAs(hostname, server);
      await client.send(requestText("GET", "/"));
      const { body } = await receiveResponse(client);
      const { remoteAddr, localAddr } = endsOf(hostname);
      assertEquals(JSON.parse(body), [remoteAddr, localAddr]);
    }
    const logged = async () => (await Deno.readTextFile(accessLog)).split("\n").slice(0, -1);
    await until("both requests are logged", async () => (await logged()).length === 2);
    // Two processes may have written them, in either order.
    const addresses = (await logged()).map((line) => line.split(" ")[0]).sort();
    assertEquals(addresses, ["192.168.0.1", "2001:db8::1"]);
    await Deno.remove(accessLog);
  },
);

testEachPlace(
  "--accept-proxy: each malformed header ends its connection with a record, and nobody else's",
  async ({ args }) => {
    await using server = await startServer(args("--service", "echo", ...ACCEPT));
    for (const [what, bytes] of MALFORMED) {
      using client = await Client.connect(server);
      await client.send(bytes);
      await client.end().catch(() => {}); // It may be reset already.
      assertEquals((await client.receiveRest()).length, 0, what);
      const { port } = client.localAddr;
      const record = await server.logged((line) => line["network.peer.port"] === port);
      assertEquals(record.message, "Connection refused", what);
      assertEquals(record["sluice.refusal.reason"], "header", what);
    }
    using client = await connectAs("192.168.0.1", server);
    await client.send("hello");
    assertEquals(await client.receiveText(5), "hello");
    client.close();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.refused"], MALFORMED.length);
  },
);

testEachPlace("--accept-proxy: peers that are not trusted are refused", async ({ args }) => {
  await using server = await startServer(
    args("--service", "http", "--accept-proxy", "--trusted-proxies", "10.0.0.0/8,::1,unix"),
  );
  using client = await Client.connect(server);
  await client.send(`${IPV4_LINE}${requestText("GET", "/")}`).catch(() => {});
  assertEquals((await client.receiveRest()).length, 0);
  const record = await server.logged("Connection refused");
  assertEquals(record["sluice.refusal.reason"], "untrusted");
  assertEquals(record["client.address"], "127.0.0.1");
});

testEachPlace(
  "--accept-proxy: --max-connections-per-ip counts the clients of a proxy, not the proxy",
  async ({ args }) => {
    await using server = await startServer(
      args("--service", "zen", ...ACCEPT, "--max-connections-per-ip", "1"),
    );
    const ask = async (hostname: string): Promise<[Client, string]> => {
      const client = await connectAs(hostname, server);
      await client.send("x?");
      return [client, await client.receiveUntil(".")];
    };
    const [first, answer] = await ask("192.168.0.1");
    const [other, others] = await ask("192.168.0.2");
    const [second, refusal] = await ask("192.168.0.1");
    const served = "Error: unknown aphorism.";
    assertEquals([answer, others, refusal], [served, served, "Error: too many clients."]);
    first.close();
    await until("the address has a place again", async () => {
      const [client, answer] = await ask("192.168.0.1");
      client.close();
      return answer === served;
    });
    for (const client of [other, second]) client.close();
  },
  { clients: 4, limits: "exact" },
);
