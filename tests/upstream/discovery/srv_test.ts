import { assertEquals } from "@std/assert";
import { resolverOf } from "../../../src/upstream/discovery/resolver.ts";
import { srvSource } from "../../../src/upstream/discovery/srv.ts";
import { DnsServer } from "../../helpers/dns.ts";
import { started, Told } from "../../helpers/source.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const NAME = "_http._tcp.app.test";
const QUICK = { min: 20, max: 50 };

function look(dns: DnsServer, told: Told) {
  return started(srvSource(NAME, resolverOf([dns.address], 2000), QUICK, told.events));
}

/** Options of the server: the places of the service, each a target, a port, a priority and a weight. */
function places(...places: readonly string[]): string[] {
  return places.map((place) => `--srv-host=${NAME},${place}`);
}

testWith("dnsmasq", "srvSource() finds ports, weights and backups", async () => {
  await using dns = await DnsServer.start({
    hosts: { "a.test": ["10.0.0.1", "10.0.0.2"], "b.test": ["10.0.0.3"] },
    options: places(
      "a.test,8001,10,60",
      "b.test,8002,10,0",
      "b.test,8003,20,5",
      "a.test,8001,30,7",
    ),
  });
  const told = new Told();
  using _source = look(dns, told);
  await until("it has found them", () => told.lists.length > 0);
  assertEquals(
    told.lists[0]?.map(({ address, ...use }) =>
      address.transport === "tcp" ? { at: `${address.hostname}:${address.port}`, ...use } : null
    ),
    [
      { at: "10.0.0.1:8001", weight: 60, isBackup: false, max: 0 },
      { at: "10.0.0.2:8001", weight: 60, isBackup: false, max: 0 },
      { at: "10.0.0.3:8002", weight: 1, isBackup: false, max: 0 },
      { at: "10.0.0.3:8003", weight: 5, isBackup: true, max: 0 },
    ],
  );
});

testWith("dnsmasq", "srvSource() follows changes of the service and of its targets", async () => {
  await using dns = await DnsServer.start({
    hosts: { "a.test": ["10.0.0.1"], "b.test": ["10.0.0.2"] },
    options: places("a.test,8001,10,1"),
  });
  const told = new Told();
  using _source = look(dns, told);
  await until("it has found it", () => told.has("10.0.0.1:8001"));
  await dns.setHosts({ "a.test": ["10.0.0.5"], "b.test": ["10.0.0.2"] });
  await until("the target has moved", () => told.has("10.0.0.5:8001"));
  await dns.restart(places("a.test,8001,10,1", "b.test,8002,10,1"));
  await until("there is another", () => told.has("10.0.0.2:8002", "10.0.0.5:8001"));
});

testWith(
  "dnsmasq",
  "srvSource() keeps the last places of a service that is gone or not available",
  async () => {
    await using dns = await DnsServer.start({
      hosts: { "a.test": ["10.0.0.1"] },
      options: places("a.test,8001,10,1"),
    });
    const told = new Told();
    using _source = look(dns, told);
    await until("it has found it", () => told.has("10.0.0.1:8001"));
    await dns.restart([`--srv-host=${NAME}`]);
    await until("no place is left", () => told.problems.length === 1);
    await dns.restart([]);
    await dns.restart(places("a.test,8001,10,1"));
    await until("there is one again", () => told.recoveries.length === 1);
    assertEquals(told.recoveries, [`${NAME} resolves again`]);
    assertEquals([told.lists.length, told.problems.length], [1, 1]);
  },
);

testWith(
  "dnsmasq",
  "srvSource() names the target without an address, and finds the others",
  async () => {
    await using dns = await DnsServer.start({
      hosts: { "a.test": ["10.0.0.1"] },
      options: places("a.test,8001,10,1", "gone.test,8002,10,1"),
    });
    const told = new Told();
    using _source = look(dns, told);
    await until("it has found one", () => told.has("10.0.0.1:8001"));
    await until("it says what is missing", () => told.problems.length === 1);
    assertEquals(
      told.problems[0],
      "Cannot resolve gone.test: no such name",
    );
  },
);
