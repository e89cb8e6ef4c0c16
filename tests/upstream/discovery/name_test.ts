import { assert, assertEquals } from "@std/assert";
import { nameSource } from "../../../src/upstream/discovery/name.ts";
import { resolverOf } from "../../../src/upstream/discovery/resolver.ts";
import { DnsServer } from "../../helpers/dns.ts";
import { started, Told } from "../../helpers/source.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

/** In milliseconds. */
const QUICK = { min: 20, max: 50 };
/** How long a server that is frozen is waited for; one that only has no processor answers in time. */
const TIMEOUT = 1000;

/** Looks for `app.test`, port 80. */
function look(dns: DnsServer, told: Told, interval = QUICK, timeout?: number) {
  const resolver = resolverOf([dns.address], timeout);
  return started(nameSource("app.test", 80, resolver, interval, told.events));
}

testWith("dnsmasq", "nameSource() finds all addresses of a name, in a fixed order", async () => {
  const hosts = { "app.test": ["10.0.0.2", "10.0.0.3", "2001:db8::1", "10.0.0.1"] };
  await using dns = await DnsServer.start({ hosts });
  const told = new Told();
  using _source = look(dns, told);
  await until("it has found them", () => told.lists.length > 0);
  assert(told.has("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "[2001:db8::1]:80"));
  const [first] = told.lists[0] ?? [];
  assertEquals([first?.weight, first?.isBackup, first?.max], [1, false, 0]);
  assertEquals(told.problems, []);
});

testWith("dnsmasq", "nameSource() tells each change once", async () => {
  await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1", "10.0.0.2"] } });
  const told = new Told();
  using _source = look(dns, told);
  await until("it has found them", () => told.lists.length === 1);
  await dns.setHosts({ "app.test": ["10.0.0.2", "10.0.0.1"], "mark.test": ["10.0.0.9"] });
  // All of one family: the server may change between the questions for both.
  await dns.setHosts({ "app.test": ["10.0.0.2", "10.0.0.3"] });
  await until("it has found the others", () => told.has("10.0.0.2:80", "10.0.0.3:80"));
  await dns.setHosts({ "app.test": ["10.0.0.2"] });
  await until("one is left", () => told.has("10.0.0.2:80"));
  assertEquals(told.lists.length, 3);
  assertEquals([told.problems, told.recoveries], [[], []]);
});

testWith(
  "dnsmasq",
  "nameSource() resolves again when the time to live is over, within the interval",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1"] } });
    const [byTtl, byMax, byMin] = [new Told(), new Told(), new Told()];
    using _byTtl = look(dns, byTtl, { min: 20, max: 60_000 });
    using _byMax = look(dns, byMax, { min: 20, max: 20 });
    using _byMin = look(dns, byMin, { min: 60_000, max: 60_000 });
    await until(
      "all have found it",
      () => [byTtl, byMax, byMin].every((told) => told.has("10.0.0.1:80")),
    );
    const begun = performance.now();
    await dns.setHosts({ "app.test": ["10.0.0.2"] });
    await until("the shortest maximum is over", () => byMax.has("10.0.0.2:80"));
    await until("the time to live is over", () => byTtl.has("10.0.0.2:80"));
    assert(performance.now() - begun < 20_000);
    assert(byMin.has("10.0.0.1:80"));
  },
);

testWith(
  "dnsmasq",
  "nameSource() keeps the addresses of a name that is gone, and tells so once",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1", "10.0.0.2"] } });
    const told = new Told();
    using _source = look(dns, told);
    await until("it has found them", () => told.lists.length === 1);
    await dns.setHosts({});
    await until("it cannot find the name", () => told.problems.length === 1);
    assertEquals(told.problems, [
      "Cannot resolve app.test: no such name, keeping its last 2 addresses",
    ]);
    dns.freeze(); // No answer at all is the same problem.
    dns.thaw();
    await dns.setHosts({ "app.test": ["10.0.0.1", "10.0.0.2"] });
    await until("it finds the name again", () => told.recoveries.length === 1);
    assertEquals(told.recoveries, ["app.test resolves again"]);
    assertEquals([told.lists.length, told.problems.length], [1, 1]);
  },
);

testWith(
  "dnsmasq",
  "nameSource() keeps the addresses while the server is silent, and recovers",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1"] } });
    const told = new Told();
    using _source = look(dns, told, QUICK, TIMEOUT);
    await until("it has found it", () => told.lists.length === 1);
    dns.freeze();
    await until("nobody answers", () => told.problems.length === 1);
    assertEquals(
      told.problems[0],
      `Cannot resolve app.test: no answer from 127.0.0.1:${dns.address.port} within ${TIMEOUT} ms, ` +
        "keeping its last address",
    );
    await dns.setHosts({ "app.test": ["10.0.0.2"] });
    dns.thaw();
    await until("it has found the other", () => told.has("10.0.0.2:80"));
    await until("it says so", () => told.recoveries.length === 1);
    assertEquals([told.lists.length, told.problems.length], [2, 1]);
  },
);

testWith("dnsmasq", "nameSource() starts without a server that answers", async () => {
  await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1"] } });
  dns.freeze();
  const told = new Told();
  using _source = look(dns, told, QUICK, TIMEOUT);
  await until("nobody answers", () => told.problems.length === 1);
  assertEquals(told.lists, []);
  assert(!told.problems[0]?.includes("keeping"));
  dns.thaw();
  await until("it has found it", () => told.has("10.0.0.1:80"));
});

testWith(
  "dnsmasq",
  "nameSource() finds one family while the server is silent about the other",
  async () => {
    const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    // It is asked for what the first server does not know.
    const next = `--server=/app.test/127.0.0.1#${(silent.addr as Deno.NetAddr).port}`;
    await using dns = await DnsServer.start({ options: ["--host-record=app.test,10.0.0.1", next] });
    const told = new Told();
    using _source = look(dns, told, QUICK, TIMEOUT);
    await until("it has found one", () => told.has("10.0.0.1:80"));
    assertEquals(told.problems, []); // There never was another.
    await dns.restart(["--host-record=app.test,10.0.0.1,2001:db8::1", next]);
    await until("it has found both", () => told.has("10.0.0.1:80", "[2001:db8::1]:80"));
    await dns.restart(["--host-record=app.test,10.0.0.2", next]);
    await until("one has changed", () => told.has("10.0.0.2:80", "[2001:db8::1]:80"));
    await until("it cannot find the other", () => told.problems.length > 0);
    silent.close();
  },
);
