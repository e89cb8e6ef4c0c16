/** The PROXY protocol between the server and other proxies. */
import { assert, assertEquals } from "@std/assert";
import { proxyHeader } from "../../src/core/proxy_protocol/format.ts";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { receiveResponse, requestText } from "../helpers/http_client.ts";
import { IPV4_LINE } from "../helpers/proxy_headers.ts";
import {
  haproxyConfig,
  NGINX_STREAM_MODULE,
  nginxConfig,
  nginxHttp,
  nginxStreamObstacle,
  type ProxyProgram,
  startProxy,
} from "../helpers/proxy_program.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { testUnless, testWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

const ACCEPT = ["--accept-proxy", "--trusted-proxies", "127.0.0.1,unix"];

/** Answers with the ends of the connection. */
const TELL = `export default {
  fetch: (_, { remoteAddr, localAddr }) => Response.json([remoteAddr, localAddr]),
};`;

async function get({ port }: { port: number }, hostname: string): Promise<[Client, string]> {
  const client = await Client.connect({ port, hostname });
  await client.send(requestText("GET", "/", { Connection: "close" }));
  const { body } = await receiveResponse(client);
  return [client, body];
}

/** Checks that the server behind a proxy sees the client, and that its log has both. */
async function assertSeesClient(proxy: ProxyProgram, server: Server, hostname = "127.0.0.1") {
  const [client, body] = await get(proxy, hostname);
  using _ = client;
  const { transport, port } = client.localAddr;
  assertEquals(JSON.parse(body), [
    { transport, hostname, port },
    { transport, hostname, port: proxy.port },
  ]);
  const record = await server.logged((line) =>
    line.message === "Connection closed" && line["client.port"] === port
  );
  assertEquals(record["client.address"], hostname);
  assertEquals(server.records("Connection refused"), []);
}

/** Waits until a proxy has checked the server a few times, which nobody else has used yet. */
async function isChecked(server: Server): Promise<void> {
  const checks = () => server.records("Connection closed").length;
  await until("the proxy has checked the server", () => checks() > 5);
}

const HAPROXY = {
  "send-proxy": "check send-proxy",
  "send-proxy-v2": "check send-proxy-v2",
  "send-proxy-v2 with a checksum and TLVs":
    "check send-proxy-v2 proxy-v2-options crc32c,authority,unique-id",
};

for (const [name, options] of Object.entries(HAPROXY)) {
  testWith(
    "haproxy",
    `HAProxy with ${name}: the server sees the client, and passes its checks`,
    async () => {
      await using handler = await makeHandler(TELL);
      await using server = await startServer([...handler.args, ...ACCEPT, "--log-level", "debug"]);
      await using proxy = await startProxy("haproxy", (port) =>
        haproxyConfig(
          "tcp",
          "listen all",
          `  bind 127.0.0.1:${port}`,
          `  bind [::1]:${port}`,
          "  unique-id-format %{+X}o%ci:%cp",
          "  option httpchk GET /",
          `  server one 127.0.0.1:${server.port} inter 50 fall 1 ${options}`,
        ));
      // A check that fails takes the server out of service at once.
      await isChecked(server);
      // In version 1, HAProxy calls itself the client.
      const isLocal = server.records("Connection closed").some((line) => !("client.port" in line));
      assertEquals(isLocal, name !== "send-proxy");
      await assertSeesClient(proxy, server);
      await assertSeesClient(proxy, server, "::1");
    },
  );
}

testWith("haproxy", "HAProxy in front of a Unix socket: the server sees the client", async () => {
  const folder = await Deno.makeTempDir();
  await using handler = await makeHandler(TELL);
  await using server = await startServer(
    [...handler.args, ...ACCEPT, "--bind", `unix:${folder}/socket`, "--log-level", "debug"],
  );
  await using proxy = await startProxy("haproxy", (port) =>
    haproxyConfig(
      "tcp",
      "listen all",
      `  bind 127.0.0.1:${port}`,
      `  server one unix@${folder}/socket check inter 50 fall 1 send-proxy-v2`,
    ));
  await isChecked(server);
  await assertSeesClient(proxy, server);
  const record = await server.logged((line) => "client.port" in line);
  assertEquals(record["network.transport"], "unix");
  await Deno.remove(folder, { recursive: true });
});

const obstacle = await nginxStreamObstacle();

testUnless(obstacle, "nginx with proxy_protocol: the server sees the client", async () => {
  await using handler = await makeHandler(TELL);
  await using server = await startServer([...handler.args, ...ACCEPT]);
  await using proxy = await startProxy(
    "nginx",
    (port) =>
      `load_module ${NGINX_STREAM_MODULE};` + nginxConfig(`
stream {
  server {
    listen 127.0.0.1:${port};
    listen [::1]:${port};
    proxy_pass 127.0.0.1:${server.port};
    proxy_protocol on;
  }
}`),
  );
  await assertSeesClient(proxy, server);
  await assertSeesClient(proxy, server, "::1");
});

/** Sends a header and a request, and returns the answer. */
async function askWith(header: Uint8Array, { port }: ProxyProgram): Promise<string> {
  using client = await Client.connect({ port });
  await client.send(header);
  await client.send(requestText("GET", "/", { Connection: "close" }));
  return (await receiveResponse(client)).body;
}

function tcp(hostname: string, port: number): Deno.NetAddr {
  return { transport: "tcp", hostname, port };
}

const CLIENTS = [
  { remoteAddr: tcp("192.168.0.1", 56324), localAddr: tcp("192.168.0.11", 443) },
  { remoteAddr: tcp("2001:db8::1", 1), localAddr: tcp("2001:db8::2", 65535) },
];
const VERSIONS = ["v1", "v2"] as const;

testWith(
  "haproxy",
  "HAProxy understands the headers of proxyHeader, and checks their checksum",
  async () => {
    await using proxy = await startProxy("haproxy", (port) =>
      haproxyConfig(
        "http",
        "frontend all",
        `  bind 127.0.0.1:${port} accept-proxy`,
        `  http-request return content-type text/plain lf-string "%ci %cp %fi %fp %[fc_pp_authority]"`,
      ));
    const tlvs = [{ type: 0x02, value: new TextEncoder().encode("example.org") }];
    for (const ends of CLIENTS) {
      const { remoteAddr, localAddr } = ends;
      const told =
        `${remoteAddr.hostname} ${remoteAddr.port} ${localAddr.hostname} ${localAddr.port}`;
      for (const version of VERSIONS) {
        const header = proxyHeader(version, ends, { tlvs, hasChecksum: true });
        const authority = version === "v2" ? "example.org" : "";
        assertEquals((await askWith(header, proxy)).trim(), `${told} ${authority}`.trim());
      }
    }
    for (const version of VERSIONS) {
      assert((await askWith(proxyHeader(version, null), proxy)).startsWith("127.0.0.1 "));
    }
    const [ends] = CLIENTS;
    const wrong = proxyHeader("v2", ends ?? null, { hasChecksum: true });
    wrong[16] = 10;
    using client = await Client.connect(proxy);
    await client.send(wrong);
    assertEquals((await client.receiveRest()).length, 0);
  },
);

testWith("nginx", "nginx understands the headers of proxyHeader", async () => {
  await using proxy = await startProxy("nginx", (port) =>
    nginxConfig(nginxHttp(
      `listen 127.0.0.1:${port} proxy_protocol;`,
      `return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port";`,
    )));
  for (const ends of CLIENTS) {
    const { remoteAddr, localAddr } = ends;
    const told =
      `${remoteAddr.hostname} ${remoteAddr.port} ${localAddr.hostname} ${localAddr.port}`;
    for (const version of VERSIONS) {
      assertEquals(await askWith(proxyHeader(version, ends, { hasChecksum: true }), proxy), told);
    }
  }
  for (const version of VERSIONS) {
    assertEquals((await askWith(proxyHeader(version, null), proxy)).trim(), "");
  }
});

const SHAPES = {
  "serve": `export default { async serve(connection) {
    await connection.write(connection.remoteAddr.hostname + "\\n");
  } };`,
  "protocol": `export default { protocol: () => ({
    connectionMade(transport) { transport.write(transport.remoteAddr.hostname + "\\n"); },
  }) };`,
};

for (const [shape, source] of Object.entries(SHAPES)) {
  Deno.test(`--accept-proxy: a handler with ${shape} sees the client before it has sent anything`, async () => {
    await using handler = await makeHandler(source);
    await using server = await startServer([...handler.args, ...ACCEPT]);
    using client = await Client.connect(server);
    await client.send(IPV4_LINE);
    assertEquals(await client.receiveUntil("\n"), "192.168.0.1\n");
  });
}
