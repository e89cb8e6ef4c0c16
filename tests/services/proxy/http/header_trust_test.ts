/** Which fields about a client are believed: what a real backend sees of those that were sent. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeAccessLog } from "../../../helpers/access_log.ts";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { makeHandler } from "../../../helpers/handlers.ts";
import { HttpBackend } from "../../../helpers/http_backend.ts";
import { ask, receiveResponse } from "../../../helpers/http_client.ts";
import type { ParsedRequest } from "../../../helpers/parsed_requests.ts";
import { startServer } from "../../../helpers/server.ts";
import { testWith } from "../../../helpers/tools.ts";

/** Fields by name in lower case; null where there must be none, `port` for that of the balancer. */
type Fields = Readonly<Record<string, string | RegExp | null>>;

/** What is sent, and what a backend must see of it; and the client that the access log names. */
interface Case {
  readonly title: string;
  /** Field lines. */
  readonly sent: readonly string[];
  readonly seen: Fields;
  /** 127.0.0.1, the peer, by default. */
  readonly client?: string;
}

/** What a backend sees of any request from a peer that is not trusted. */
const OWN: Fields = {
  "x-forwarded-for": "127.0.0.1",
  "x-forwarded-proto": "http",
  "x-forwarded-host": "example.org",
  "x-forwarded-port": "port",
  "forwarded": /^for=127\.0\.0\.1;host=example\.org;proto=http$/i,
  "via": "1.1 sluice",
  "x-real-ip": null,
};

const FROM_OTHERS: readonly Case[] = [
  { title: "nothing", sent: [], seen: OWN },
  { title: "a forged client", sent: ["X-Forwarded-For: 192.0.2.1"], seen: OWN },
  { title: "two", sent: ["X-Forwarded-For: 192.0.2.1", "x-forwarded-for: 192.0.2.2"], seen: OWN },
  { title: "oneself", sent: ["X-Forwarded-For: 127.0.0.1, 127.0.0.1"], seen: OWN },
  { title: "a protocol", sent: ["X-Forwarded-Proto: https"], seen: OWN },
  { title: "a host", sent: ["X-Forwarded-Host: admin.example.org"], seen: OWN },
  { title: "a port", sent: ["X-Forwarded-Port: 443"], seen: OWN },
  { title: "Forwarded", sent: ["Forwarded: for=192.0.2.1;proto=https;host=admin"], seen: OWN },
  { title: "X-Real-IP", sent: ["X-Real-IP: 192.0.2.1"], seen: OWN },
  {
    title: "other fields of that kind",
    sent: ["X-Forwarded-Prefix: /x", "X-Forwarded-Ssl: on", "X-Forwarded: 192.0.2.1"],
    seen: { ...OWN, "x-forwarded-prefix": null, "x-forwarded-ssl": null },
  },
  {
    title: "a request id",
    sent: ["X-Request-Id: forged"],
    seen: { ...OWN, "x-request-id": /^(?!forged$)[\w-]+$/ },
  },
  { title: "Via", sent: ["Via: 1.1 a"], seen: { ...OWN, "via": "1.1 a, 1.1 sluice" } },
  {
    title: "fields that Connection names",
    sent: ["Connection: X-Forwarded-For, X-Forwarded-Proto, Via, X-Request-Id"],
    seen: { ...OWN, "x-request-id": /^[\w-]+$/ },
  },
  {
    title: "names that differ by an underscore",
    sent: ["X_Forwarded_For: 192.0.2.1", "X-Forwarded_Proto: https"],
    seen: { ...OWN, "x_forwarded_for": null, "x-forwarded_proto": null },
  },
  {
    title: "all at once",
    sent: [
      "X-Forwarded-For: 192.0.2.1, 198.51.100.1",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: a",
      "X-Forwarded-Port: 1",
      "Forwarded: for=192.0.2.1",
      "X-Real-IP: 192.0.2.1",
    ],
    seen: OWN,
  },
];

/** What a backend sees of a request with these believed addresses, the client's first. */
function after(...addresses: readonly string[]): Fields {
  const elements = addresses.map((ip) => ip.includes(":") ? `for="[${ip}]"` : `for=${ip}`);
  return {
    ...OWN,
    "x-forwarded-for": [...addresses, "127.0.0.1"].join(", "),
    "forwarded": [...elements, "for=127.0.0.1;host=example.org;proto=http"].join(", "),
  };
}

const FROM_TRUSTED: readonly Case[] = [
  { title: "nothing", sent: [], seen: OWN },
  {
    title: "a client",
    sent: ["X-Forwarded-For: 192.0.2.1"],
    seen: after("192.0.2.1"),
    client: "192.0.2.1",
  },
  {
    title: "a client of IPv6",
    sent: ["X-Forwarded-For: 2001:db8::1"],
    seen: after("2001:db8::1"),
    client: "2001:db8::1",
  },
  {
    title: "a client that has forged an entry: the right one counts",
    sent: ["X-Forwarded-For: 10.9.9.9, 192.0.2.1"],
    seen: after("192.0.2.1"),
    client: "192.0.2.1",
  },
  {
    title: "a client behind two trusted proxies",
    sent: ["X-Forwarded-For: 10.9.9.9, 192.0.2.1, 203.0.113.5"],
    seen: after("192.0.2.1", "203.0.113.5"),
    client: "192.0.2.1",
  },
  {
    title: "entries in two fields",
    sent: ["X-Forwarded-For: 10.9.9.9", "X-Forwarded-For: 192.0.2.1"],
    seen: after("192.0.2.1"),
    client: "192.0.2.1",
  },
  {
    title: "an entry that is no address",
    sent: ["X-Forwarded-For: 10.9.9.9, unknown, 192.0.2.1"],
    seen: after("192.0.2.1"),
    client: "192.0.2.1",
  },
  {
    title: "no address at all",
    sent: ["X-Forwarded-For: <script>"],
    seen: OWN,
  },
  {
    title: "only trusted proxies",
    sent: ["X-Forwarded-For: 203.0.113.5"],
    seen: after("203.0.113.5"),
    client: "203.0.113.5",
  },
  {
    title: "a protocol, a host and a port",
    sent: ["X-Forwarded-Proto: https", "X-Forwarded-Host: example.com", "X-Forwarded-Port: 443"],
    seen: {
      ...OWN,
      "x-forwarded-proto": "https",
      "x-forwarded-host": "example.com",
      "x-forwarded-port": "443",
    },
  },
  {
    title: "Forwarded",
    sent: ["Forwarded: for=192.0.2.1;proto=https"],
    seen: {
      ...after("192.0.2.1"),
      "x-forwarded-proto": "https",
      // Not that of an URL with https.
      "x-forwarded-port": null,
      "forwarded": "for=192.0.2.1;proto=https, for=127.0.0.1;host=example.org;proto=http",
    },
    client: "192.0.2.1",
  },
  {
    title: "Forwarded of IPv6 with a port",
    sent: [`Forwarded: for="[2001:db8::1]:4711"`],
    seen: {
      ...after("2001:db8::1"),
      "forwarded": `for="[2001:db8::1]:4711", for=127.0.0.1;host=example.org;proto=http`,
    },
    client: "2001:db8::1",
  },
  {
    title: "Forwarded that is malformed",
    sent: [`Forwarded: for="192.0.2.1`],
    seen: OWN,
  },
  {
    title: "a request id",
    sent: ["X-Request-Id: 3f2a-17"],
    seen: { ...OWN, "x-request-id": "3f2a-17" },
  },
  {
    title: "a request id that could be more than one",
    sent: ["X-Request-Id: a b\t<c>"],
    seen: { ...OWN, "x-request-id": /^[\w-]+$/ },
  },
  {
    title: "two request ids",
    sent: ["X-Request-Id: a", "X-Request-Id: b"],
    seen: { ...OWN, "x-request-id": /^(?!a$|b$)[\w-]+$/ },
  },
  {
    title: "fields that Connection names",
    sent: ["X-Forwarded-For: 192.0.2.1", "Connection: X-Forwarded-For"],
    // Or else whoever gets a Connection field through could hide.
    seen: after("192.0.2.1"),
    client: "192.0.2.1",
  },
];

function check({ title, seen }: Case, { fields }: ParsedRequest, port: number): void {
  for (const [name, expected] of Object.entries(seen)) {
    const values = fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
    const value = values.join(", ");
    if (expected === null) assertEquals(values, [], `${title}: ${name}`);
    else if (expected instanceof RegExp) assertMatch(value, expected, `${title}: ${name}`);
    else assertEquals(value, expected === "port" ? `${port}` : expected, `${title}: ${name}`);
  }
}

for (
  const [whose, trusted, cases] of [
    ["a peer that is not trusted", "192.0.2.0/24", FROM_OTHERS],
    ["a trusted peer", "127.0.0.0/8,203.0.113.0/24", FROM_TRUSTED],
  ] as const
) {
  testWith(
    "node",
    `fields about the client from ${whose}, as Node and the log see them`,
    async () => {
      await using accessLog = await makeAccessLog();
      await using backend = await HttpBackend.start("node");
      await using server = await startHttpBalancer(
        [backend.address],
        ...["--trusted-proxies", trusted, ...accessLog.args],
      );
      for (const { sent } of cases) {
        using client = await Client.connect(server);
        const lines = ["GET / HTTP/1.1", "Host: example.org", ...sent, "", ""];
        await client.send(lines.join("\r\n"));
        assertEquals((await receiveResponse(client)).status, 200);
      }
      const parsed = await backend.parsed();
      const records = await accessLog.records(cases.length);
      assertEquals(parsed.length, cases.length);
      cases.forEach((one, i) => {
        const [request, record] = [parsed[i], records[i]];
        if (request === undefined) throw new Error("A request is missing");
        check(one, request, server.port);
        const client = one.client ?? "127.0.0.1";
        assertEquals(record?.["client.address"], client, one.title);
      });
    },
  );
}

Deno.test("without --trusted-proxies, nobody is trusted", async () => {
  await using backend = await HttpBackend.start("sluice");
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await ask(client, "GET", "/", { "X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1" });
  const [request] = await backend.parsed();
  const value = request?.fields.find(([name]) => name === "x-forwarded-for")?.[1];
  assertEquals(value, "127.0.0.1");
});

Deno.test("two balancers one behind the other tell a handler the client, which is told its own", async () => {
  await using handler = await makeHandler(`export default {
    fetch: (request, { remoteAddr }) => Response.json({
      address: remoteAddr.hostname,
      via: request.headers.get("via"),
      id: request.headers.get("x-request-id"),
    }),
  };`);
  const trusting = ["--trusted-proxies", "127.0.0.1"];
  await using app = await startServer([...handler.args, ...trusting]);
  await using inner = await startHttpBalancer([`127.0.0.1:${app.port}`], ...trusting);
  await using outer = await startHttpBalancer(
    [`127.0.0.1:${inner.port}`],
    ...["--accept-proxy", ...trusting],
  );
  using client = await Client.connect(outer);
  await client.send("PROXY TCP4 192.0.2.1 127.0.0.1 1024 80\r\n");
  const response = await ask(client, "GET", "/", { "X-Forwarded-For": "10.9.9.9" });
  const { address, via, id } = JSON.parse(response.body);
  assertEquals([address, via], ["192.0.2.1", "1.1 sluice, 1.1 sluice"]);
  assert(typeof id === "string" && id !== "");
  assertEquals(response.fields["via"], "1.1 sluice, 1.1 sluice");
});
