import { assert, assertEquals } from "@std/assert";
import { proxyHeader } from "../../src/core/proxy_protocol/format.ts";
import type { Service } from "../../src/core/service.ts";
import { Client } from "../helpers/client.ts";
import { serve, type ServeOptions, type Serving } from "../helpers/lane.ts";
import { binary, bytesOf, IPV4_ENDS, IPV4_LINE, MALFORMED } from "../helpers/proxy_headers.ts";
import { until } from "../helpers/until.ts";

/** Those of {@linkcode IPV4_LINE}. */
const ENDS = {
  remoteAddr: { transport: "tcp", hostname: "192.168.0.1", port: 56324 },
  localAddr: { transport: "tcp", hostname: "192.168.0.11", port: 443 },
} as const;

function name(addr: Deno.Addr): string {
  return addr.transport === "tcp" ? `${addr.hostname}:${addr.port}` : addr.transport;
}

/** Answers each piece of data with the addresses of the connection, and the data. */
const tell: Service = async (connection) => {
  const { remoteAddr, localAddr } = connection;
  const ends = `${name(remoteAddr)} ${name(localAddr)} `;
  for (let data; (data = await connection.read()) !== null;) {
    await connection.write(ends + new TextDecoder().decode(data));
  }
};

const refuse: Service = () => Promise.reject(new Error("It was served"));

function serveProxied(service: Service, options: ServeOptions = {}): Promise<Serving> {
  return serve(service, { trustedProxies: ["127.0.0.0/8"], ...options });
}

/** The reasons of refusals, and their details. */
function refusals({ events }: Serving): readonly (readonly [string, string | null])[] {
  return events.flatMap((event) =>
    event.type === "refused" ? [[event.reason, event.detail] as const] : []
  );
}

const HEADERS = {
  "version 1": bytesOf(IPV4_LINE),
  "version 2": binary(0x21, 0x11, IPV4_ENDS),
  "version 2 of 4 KB": proxyHeader("v2", ENDS, {
    tlvs: [{ type: 4, value: new Uint8Array(4096 - 12 - 3 - 7) }],
    hasChecksum: true,
  }),
};

for (const [version, header] of Object.entries(HEADERS)) {
  Deno.test(`Introductions: the client of a header of ${version} has the addresses in it`, async () => {
    await using serving = await serveProxied(tell);
    using client = await Client.connect(serving);
    await client.send(bytesOf([...header], "hello\n"));
    assertEquals(await client.receiveUntil("\n"), "192.168.0.1:56324 192.168.0.11:443 hello\n");
    await client.send(IPV4_LINE);
    // Only the first one is a header.
    assertEquals(
      await client.receiveUntil("\n"),
      `192.168.0.1:56324 192.168.0.11:443 ${IPV4_LINE}`,
    );
    client.close();
    const [summary] = await serving.closed(1);
    const { remoteAddr, localAddr } = ENDS;
    assertEquals([summary?.remoteAddr, summary?.localAddr], [remoteAddr, localAddr]);
    assertEquals(summary?.proxyAddr, client.localAddr);
    assertEquals(summary?.bytesIn, 6 + IPV4_LINE.length, "the header is the proxy's");
    const types = serving.events.map(({ type }) => type);
    assertEquals(types, ["accepted", "introduced", "closed"]);
  });
}

Deno.test("Introductions: a header may arrive byte by byte", async () => {
  await using serving = await serveProxied(tell);
  using client = await Client.connect(serving);
  await client.sendBytewise(`${IPV4_LINE}hello\n`);
  assert((await client.receiveUntil("\n")).startsWith("192.168.0.1:56324 192.168.0.11:443 h"));
});

const OF_PROXY = {
  "LOCAL": binary(0x20, 0),
  "LOCAL with addresses": binary(0x20, 0x11, IPV4_ENDS),
  "UNKNOWN": bytesOf("PROXY UNKNOWN\r\n"),
  "unspecified addresses": binary(0x21, 0),
};

for (const [kind, header] of Object.entries(OF_PROXY)) {
  Deno.test(`Introductions: with ${kind}, the connection has its own addresses`, async () => {
    await using serving = await serveProxied(tell);
    using client = await Client.connect(serving);
    await client.send(bytesOf([...header], "hello\n"));
    const own = `127.0.0.1:${client.localAddr.port} 127.0.0.1:${serving.port}`;
    assertEquals(await client.receiveUntil("\n"), `${own} hello\n`);
    client.close();
    const [summary] = await serving.closed(1);
    assertEquals(summary?.proxyAddr, undefined);
  });
}

for (const [what, bytes, reason] of MALFORMED) {
  Deno.test(`Introductions: ${what} instead of a header ends the connection, and is reported`, async () => {
    await using serving = await serveProxied(refuse, { refusal: "Busy" });
    using client = await Client.connect(serving);
    await client.send(bytes);
    // What has no end in itself ends with the stream.
    await client.end();
    assertEquals((await client.receiveRest()).length, 0);
    const [summary] = await serving.closed(1);
    assertEquals(summary?.endedBy, "server");
    const [[cause, detail] = [], ...others] = refusals(serving);
    assertEquals([cause, others], ["header", []]);
    assert(detail?.includes(reason), `"${detail}" names the reason`);
    assertEquals(serving.resources.open, 0);
  });
}

Deno.test("Introductions: a stream that ends within the header is refused", async () => {
  for (const header of Object.values(HEADERS)) {
    await using serving = await serveProxied(refuse);
    using client = await Client.connect(serving);
    await client.send(header.subarray(0, -1));
    await client.end();
    assertEquals((await client.receiveRest()).length, 0);
    await serving.closed(1);
    const detail = `found the end of the stream after ${header.length - 1} bytes of a header`;
    assertEquals(refusals(serving), [["header", detail]]);
  }
});

Deno.test("Introductions: a check of the port without a header is neither served nor refused", async () => {
  await using serving = await serveProxied(refuse);
  using client = await Client.connect(serving);
  await client.end();
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.bytesIn, summary?.error], ["client", 0, null]);
  assertEquals(refusals(serving), []);
});

Deno.test("Introductions: whoever is no trusted proxy is refused without a word", async () => {
  await using serving = await serveProxied(refuse, {
    trustedProxies: ["10.0.0.0/8", "::1", "unix"],
    refusal: "Busy",
  });
  using client = await Client.connect(serving);
  await client.send(IPV4_LINE).catch(() => {});
  assertEquals((await client.receiveRest()).length, 0);
  await until("it is reported", () => serving.events.length > 0);
  assertEquals(refusals(serving), [["untrusted", null]]);
  assertEquals(serving.resources.open, 0);
});

/** Connects with a header of a client, and asks. */
async function askAs(hostname: string, serving: Serving): Promise<[Client, Promise<string>]> {
  const client = await Client.connect(serving);
  const remoteAddr = { ...ENDS.remoteAddr, hostname };
  await client.send(proxyHeader("v2", { ...ENDS, remoteAddr }));
  await client.send("hello\n");
  return [client, client.receiveUntil("\n")];
}

Deno.test("Introductions: the limit for one address counts clients, not their proxy", async () => {
  await using serving = await serveProxied(tell, { maxConnectionsPerIp: 1, refusal: "Busy\n" });
  const [first, answer] = await askAs("1.2.3.4", serving);
  assert((await answer).endsWith("hello\n"));
  const [other, others] = await askAs("1.2.3.5", serving);
  assert((await others).endsWith("hello\n"));
  const [second, refusal] = await askAs("::ffff:1.2.3.4", serving);
  assertEquals(await refusal, "Busy\n");
  assertEquals(refusals(serving), [["address", null]]);
  second.close();
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.remoteAddr], ["limit", {
    ...ENDS.remoteAddr,
    hostname: "1.2.3.4",
  }]);
  first.close();
  await serving.closed(2);
  const [third, again] = await askAs("1.2.3.4", serving);
  assert((await again).endsWith("hello\n"));
  for (const client of [other, third]) client.close();
  await serving.closed(4);
  assertEquals(serving.resources.open, 0);
});

Deno.test("Introductions: after the header, the timeouts of the connection hold", async () => {
  await using serving = await serveProxied(tell, { idleTimeout: 50 });
  using client = await Client.connect(serving);
  await client.send(IPV4_LINE);
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.phase], ["timeout", "idle"]);
});
