/** --trusted-proxies over HTTP: who the client of a request is. */
import { assertEquals } from "@std/assert";
import { TrustedClients } from "../../../src/http/forwarding/trusted_clients.ts";
import type { Field } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";
import { startServer } from "../../helpers/server.ts";

const PEER: Deno.Addr = { transport: "tcp", hostname: "10.0.0.1", port: 4711 };

Deno.test("TrustedClients.find() reads X-Forwarded-For from the right, as far as it is trusted", () => {
  const clients = new TrustedClients(["10.0.0.0/8", "2001:db8::/32", "unix"]);
  const cases: readonly (readonly [string, string | null])[] = [
    ["203.0.113.7", "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7", "203.0.113.7"],
    ["203.0.113.7, 10.0.0.2, 2001:db8::1", "203.0.113.7"],
    ["10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["6.6.6.6, unknown, 10.0.0.2", "10.0.0.2"],
    ["garbage", null],
    ["", null],
  ];
  for (const [value, expected] of cases) {
    const fields: Field[] = [["x-forwarded-for", value], ["forwarded", "for=9.9.9.9"]];
    const found = clients.find(fields, PEER);
    const addr = { transport: "tcp", hostname: expected ?? "", port: 0 } as const;
    assertEquals(found, expected === null ? PEER : addr, value);
  }
  const unix: Deno.Addr = { transport: "unix", path: "/x" };
  assertEquals([clients.trusts(PEER), clients.trusts(unix)], [true, true]);
  assertEquals(clients.trusts({ transport: "tcp", hostname: "11.0.0.1", port: 1 }), false);
  const forwarded: Field[] = [["forwarded", 'for=6.6.6.6, for="[2001:db9::7]:80"']];
  assertEquals(clients.find(forwarded, unix), {
    transport: "tcp",
    hostname: "2001:db9::7",
    port: 0,
  });
});

const HANDLER =
  `export default { fetch: (_request, { remoteAddr }) => Response.json(remoteAddr) };`;
const FORGED = { "X-Forwarded-For": "6.6.6.6, 203.0.113.7", "User-Agent": "test" };

for (const trusted of ["127.0.0.0/8", "10.0.0.0/8", null]) {
  Deno.test(`--trusted-proxies ${trusted}: handlers, logs and refusals agree on the client`, async () => {
    await using handler = await makeHandler(HANDLER);
    const folder = await Deno.makeTempDir();
    const args = trusted === null ? [] : ["--trusted-proxies", trusted];
    try {
      await using server = await startServer([
        ...handler.args,
        ...["--access-log", `${folder}/access`, "--access-log-format", "json", ...args],
        ...["--max-body-size", "1"],
      ]);
      using client = await Client.connect(server);
      await client.send(requestText("GET", "/", FORGED));
      const seen = JSON.parse((await receiveResponse(client)).body);
      const isTrusted = trusted === "127.0.0.0/8";
      const expected = isTrusted ? "203.0.113.7" : "127.0.0.1";
      assertEquals([seen.hostname, seen.port === 0], [expected, isTrusted]);
      // One connection carries the requests of many clients.
      await client.send(requestText("GET", "/", { "X-Forwarded-For": "203.0.113.8" }));
      const other = JSON.parse((await receiveResponse(client)).body);
      assertEquals(other.hostname, isTrusted ? "203.0.113.8" : "127.0.0.1");
      await client.send(requestText("POST", "/", FORGED, "too large"));
      assertEquals((await receiveResponse(client)).status, 413);
      const refused = await server.logged("Request refused");
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      const lines = (await Deno.readTextFile(`${folder}/access`)).trim().split("\n");
      const [first, second, third] = lines.map((line) => JSON.parse(line)["client.address"]);
      assertEquals([first, second], [expected, other.hostname]);
      assertEquals(third, refused["client.address"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
