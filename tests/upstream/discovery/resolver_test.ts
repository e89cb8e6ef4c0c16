import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RecordType } from "../../../src/upstream/discovery/dns_message.ts";
import { ResolveError } from "../../../src/upstream/discovery/resolve_error.ts";
import { Resolver, resolverOf, systemResolver } from "../../../src/upstream/discovery/resolver.ts";
import { DnsServer, HOSTS_TTL } from "../../helpers/dns.ts";
import { testWith } from "../../helpers/tools.ts";

const { signal } = new AbortController();

async function find(resolver: Resolver, name: string, type: RecordType = "A") {
  const { records, ttl } = await resolver.resolve(name, type, signal);
  return { found: records.map(({ data }) => data).sort(), ttl };
}

testWith(
  "dnsmasq",
  "Resolver finds the addresses of either family, with their time to live",
  async () => {
    const hosts = { "app.test": ["10.0.0.1", "10.0.0.2", "2001:db8::1"] };
    await using dns = await DnsServer.start({ hosts });
    const resolver = resolverOf([dns.address]);
    const four = await find(resolver, "APP.test.");
    assertEquals(four, { found: ["10.0.0.1", "10.0.0.2"], ttl: HOSTS_TTL });
    assertEquals((await find(resolver, "app.test", "AAAA")).found, ["2001:db8::1"]);
  },
);

testWith(
  "dnsmasq",
  "Resolver tells a name without such records from one that does not exist",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "four.test": ["10.0.0.1"] } });
    const resolver = resolverOf([dns.address]);
    assertEquals((await find(resolver, "four.test", "AAAA")).found, []);
    await assertRejects(() => find(resolver, "none.test"), ResolveError, "no such name");
    const label = "x".repeat(64);
    await assertRejects(() => find(resolver, `${label}.test`), ResolveError, "too long");
  },
);

testWith("dnsmasq", "Resolver follows aliases, and takes the shortest time to live", async () => {
  const options = [
    "--cname=one.test,two.test,300",
    "--cname=two.test,three.test,200",
    "--host-record=three.test,10.0.0.3,250",
  ];
  await using dns = await DnsServer.start({ options });
  assertEquals(await find(resolverOf([dns.address]), "one.test"), {
    found: ["10.0.0.3"],
    ttl: 200,
  });
});

testWith("dnsmasq", "Resolver asks by TCP if the reply does not fit into a packet", async () => {
  const many = Array.from({ length: 200 }, (_, i) => `10.0.1.${i}`);
  await using dns = await DnsServer.start({ hosts: { "many.test": many } });
  assertEquals((await find(resolverOf([dns.address]), "many.test")).found, many.sort());
});

testWith(
  "dnsmasq",
  "Resolver asks the next server if one does not answer, and from then on first",
  async () => {
    await using silent = await DnsServer.start({});
    await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1"] } });
    silent.freeze();
    // A machine that stands still for a second is not that late.
    const timeout = 3000;
    const resolver = resolverOf([silent.address, dns.address], timeout);
    assertEquals((await find(resolver, "app.test")).found, ["10.0.0.1"]);
    const begun = performance.now();
    assertEquals((await find(resolver, "app.test")).found, ["10.0.0.1"]);
    assert(performance.now() - begun < timeout);
  },
);

testWith("dnsmasq", "Resolver asks the next server if one refuses", async () => {
  await using refusing = await DnsServer.start({});
  await using dns = await DnsServer.start({
    options: ["--local=/example/", "--host-record=app.example,10.0.0.1"],
  });
  const resolver = resolverOf([refusing.address, dns.address]);
  assertEquals((await find(resolver, "app.example")).found, ["10.0.0.1"]);
  const only = resolverOf([refusing.address]);
  await assertRejects(() => find(only, "app.example"), ResolveError, "127.0.0.1 answers REFUSED");
});

testWith(
  "dnsmasq",
  "Resolver says which server does not answer, and ends at once when told to",
  async () => {
    await using dns = await DnsServer.start({});
    dns.freeze();
    const { address } = dns;
    const expected = `no answer from 127.0.0.1:${address.port} within 50 ms`;
    await assertRejects(() => find(resolverOf([address], 50), "a.test"), ResolveError, expected);
    const stopping = new AbortController();
    const asked = resolverOf([address], 60_000).resolve("a.test", "A", stopping.signal);
    stopping.abort(new Error("stopped"));
    await assertRejects(() => asked, Error, "stopped");
  },
);

/** Who sends replies; the runtime's sockets for datagrams cannot be disposed of. */
function listenUdp() {
  return Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
}

Deno.test("Resolver takes only what the server sends from its own port, to this question", async () => {
  const [server, forger] = [listenUdp(), listenUdp()];
  try {
    const { port } = server.addr as Deno.NetAddr;
    const found = find(resolverOf([{ transport: "tcp", hostname: "127.0.0.1", port }]), "app.test");
    const [question, client] = await server.receive();
    await forger.send(replyTo(question, [6, 6, 6, 1]), client);
    const other = replyTo(question, [6, 6, 6, 2]);
    other[1] = (other[1] ?? 0) ^ 1; // Another id.
    await server.send(other, client);
    const renamed = replyTo(question, [6, 6, 6, 3]);
    renamed[13] = "z".charCodeAt(0); // Of another name.
    await server.send(renamed, client);
    await server.send(new Uint8Array([1, 2, 3]), client);
    await server.send(question, client);
    await server.send(replyTo(question, [10, 0, 0, 7]), client);
    assertEquals((await found).found, ["10.0.0.7"]);
  } finally {
    server.close();
    forger.close();
  }
});

const ALIAS = [1, "a".charCodeAt(0), 0xc0, 12];

/** A reply with an address, made of the bytes of a question (RFC 1035, section 4.1). */
function replyTo(question: Uint8Array, address: readonly number[]): Uint8Array {
  return reply(question, 1, address);
}

/** A reply with a record of this type for the name of the question, which holds for a minute. */
function reply(question: Uint8Array, type: number, data: readonly number[]): Uint8Array {
  const end = question.indexOf(0, 12) + 5; // Its name, type and class.
  const bytes = new Uint8Array([
    ...question.subarray(0, end),
    ...[0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length], // The name again, type, IN, ...
    ...data,
  ]);
  bytes[2] = 0x81; // A response, to a question that desires recursion.
  bytes[7] = 1; // One answer.
  bytes[11] = 0; // No additional record.
  return bytes;
}

Deno.test("Resolver follows an alias that the server does not follow, but not for ever", async () => {
  const server = listenUdp();
  let last = 3;
  const serving = (async () => {
    for await (const [question, client] of server) {
      const isEnd = last-- === 0;
      // Else an alias: "a" before the name of the question.
      const answer = isEnd ? replyTo(question, [10, 0, 0, 7]) : reply(question, 5, ALIAS);
      await server.send(answer, client);
    }
  })();
  const { port } = server.addr as Deno.NetAddr;
  const resolver = resolverOf([{ transport: "tcp", hostname: "127.0.0.1", port }]);
  assertEquals((await find(resolver, "app.test")).found, ["10.0.0.7"]);
  last = Infinity;
  await assertRejects(() => find(resolver, "app.test"), ResolveError, "more than 8 aliases");
  server.close();
  await serving;
});

Deno.test("systemResolver() takes names of the hosts file from there, and does not ask for localhost", async () => {
  const folder = await Deno.makeTempDir();
  const [conf, hosts] = [`${folder}/resolv.conf`, `${folder}/hosts`];
  try {
    const system = systemResolver(conf, hosts); // There is no such file yet.
    assertEquals((await find(system, "localhost.")).found, ["127.0.0.1"]);
    assertEquals((await find(system, "localhost", "AAAA")).found, ["::1"]);
    await Deno.writeTextFile(hosts, "10.0.0.9 own.test Own # a comment\n::9 own.test\n");
    assertEquals(await find(system, "OWN"), { found: ["10.0.0.9"], ttl: Infinity });
    assertEquals((await find(system, "own.test", "AAAA")).found, ["::9"]);
    assertEquals((await find(system, "own", "AAAA")).found, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWith("dnsmasq", "Resolver completes a name with the domains of the configuration", async () => {
  await using dns = await DnsServer.start({
    hosts: { "app.test": ["10.0.0.1"], "app.sub.test": ["10.0.0.2"], "a.b.test": ["10.0.0.3"] },
  });
  const resolver = (search: readonly string[], ndots: number) => {
    const common = { servers: [dns.address], timeout: 2000, attempts: 2, hosts: new Map() };
    return new Resolver(() => Promise.resolve({ ...common, search, ndots }));
  };
  const usual = resolver(["none.test", "sub.test", "test"], 1);
  assertEquals((await find(usual, "app")).found, ["10.0.0.2"]);
  assertEquals((await find(usual, "app.test")).found, ["10.0.0.1"]);
  await assertRejects(() => find(usual, "app."), ResolveError);
  assertEquals((await find(resolver(["test"], 5), "a.b")).found, ["10.0.0.3"]);
});
