/** The PROXY protocol through the balancer: from HAProxy in front of it to nginx behind it. */
import { assert, assertEquals } from "@std/assert";
import { Backend, hang } from "../../helpers/backend.ts";
import { Client } from "../../helpers/client.ts";
import { freePort } from "../../helpers/free_port.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";
import { testEachPlace, workers } from "../../helpers/modes.ts";
import { bytesOf, IPV4_LINE, MALFORMED } from "../../helpers/proxy_headers.ts";
import {
  haproxyConfig,
  nginxConfig,
  nginxHttp,
  type ProxyProgram,
  startProxy,
} from "../../helpers/proxy_program.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { findTool, testUnless, testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const ACCEPT = ["--accept-proxy", "--trusted-proxies", "127.0.0.0/8,::1"];
const PROXY = ["--service", "proxy", "--log-level", "debug"];

/** nginx that answers with the client that it is told of; it expects the PROXY protocol. */
function startNginx(): Promise<ProxyProgram> {
  return startProxy(
    "nginx",
    (port, folder) =>
      `error_log ${folder}/errors info;` + nginxConfig(nginxHttp(
        `listen 127.0.0.1:${port} proxy_protocol;`,
        `return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_port";`,
      )),
  );
}

/** HAProxy in front of the balancer, which it checks all the time. */
function startHaproxy({ port }: Server): Promise<ProxyProgram> {
  return startProxy("haproxy", (own) =>
    haproxyConfig(
      "tcp",
      "listen all",
      `  bind 127.0.0.1:${own}`,
      `  bind [::1]:${own}`,
      `  server one 127.0.0.1:${port} check inter 100 fall 1 send-proxy-v2`,
    ));
}

async function assertTold(proxy: ProxyProgram, server: Server, hostname: string): Promise<void> {
  using client = await Client.connect({ hostname, port: proxy.port });
  await client.send(requestText("GET", "/", { Connection: "close" }));
  const { body } = await receiveResponse(client);
  client.close();
  const { port } = client.localAddr;
  assertEquals(body, `${hostname} ${port} ${proxy.port}`);
  const record = await server.logged((line) =>
    line.message === "Connection closed" && line["client.port"] === port
  );
  assertEquals(record["client.address"], hostname);
  assertEquals(record["sluice.upstream.attempts"], 1);
}

const missing = ["haproxy", "nginx"].filter((tool) => findTool(tool) === null);
const chain = "HAProxy, --service proxy and nginx: the client's address is known at both ends";
if (missing.length > 0) testUnless(`${missing.join(", ")} not installed`, chain, () => {});
else {
  testEachPlace(chain, async ({ args }) => {
    await using nginx = await startNginx();
    await using server = await startServer(args(
      ...[...PROXY, ...ACCEPT, "--upstream", `127.0.0.1:${nginx.port}`, "--send-proxy", "v2"],
      ...["--health-check", "http:/", "--health-interval", "100ms"],
    ));
    await using haproxy = await startHaproxy(server);
    await assertTold(haproxy, server, "127.0.0.1");
    await assertTold(haproxy, server, "::1");
    assertEquals(server.records("Backend down"), []);
  });
}

for (const version of ["v1", "v2"]) {
  for (const check of ["tcp", "http:/"]) {
    testWith(
      "nginx",
      `--send-proxy ${version}: a check by ${check} passes at an nginx that expects the header`,
      async () => {
        let errors = "";
        const port = freePort();
        const arguments_ = [
          ...[...PROXY, ...workers("pooled"), "--upstream", `127.0.0.1:${port}`],
          ...["--send-proxy", version, "--health-check", check],
          ...["--health-interval", "100ms", "--health-rise", "1"],
        ];
        await using server = await startServer(arguments_);
        await server.logged("Backend down");
        await using _nginx = await startProxy("nginx", (own, folder) => {
          errors = `${folder}/errors`;
          return `error_log ${errors} info;` + nginxConfig(nginxHttp(
            `listen 127.0.0.1:${own}; listen 127.0.0.1:${port} proxy_protocol;`,
            `return 200 "$proxy_protocol_addr";`,
          ));
        });
        await server.logged("Backend up");
        const client = await Client.connect(server);
        await client.send(requestText("GET", "/", { Connection: "close" }));
        assertEquals((await receiveResponse(client)).body, "127.0.0.1");
        client.close();
        assert(!(await Deno.readTextFile(errors)).includes("broken header"));
      },
    );
  }
}

Deno.test("--accept-proxy with --service proxy: no malformed header, and no stranger, gets to a backend", async () => {
  using backend = new Backend(hang);
  const upstream = `127.0.0.1:${backend.address.port}`;
  const options = [...PROXY, "--upstream", upstream, "--health-check", "none"];
  await using server = await startServer([...options, ...ACCEPT]);
  for (const [what, bytes] of MALFORMED) {
    using client = await Client.connect(server);
    await client.send(bytes);
    await client.end().catch(() => {}); // It may be reset already.
    assertEquals((await client.receiveRest()).length, 0, what);
  }
  const refusals = () => server.records("Connection refused");
  await until("all are refused", () => refusals().length === MALFORMED.length);
  assertEquals(
    new Set(refusals().map((line) => line["sluice.refusal.reason"])),
    new Set(["header"]),
  );
  await using wary = await startServer([
    ...options,
    ...["--accept-proxy", "--trusted-proxies", "10.0.0.0/8"],
  ]);
  using stranger = await Client.connect(wary);
  await stranger.send(bytesOf(IPV4_LINE, "hello")).catch(() => {});
  assertEquals((await stranger.receiveRest()).length, 0);
  const record = await wary.logged("Connection refused");
  assertEquals(record["sluice.refusal.reason"], "untrusted");
  assertEquals(backend.accepted, 0);
  using client = await Client.connect(server);
  await client.send(bytesOf(IPV4_LINE, "hello"));
  await until("the backend has a client", () => backend.accepted === 1);
});
