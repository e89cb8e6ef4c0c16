import { assertEquals, assertStringIncludes } from "@std/assert";
import { DnsServer } from "../../../helpers/dns.ts";
import {
  ADDRESSES,
  balance,
  listenAt,
  load,
  namesOf,
  served,
} from "../../../helpers/named_addresses.ts";
import { testWith } from "../../../helpers/tools.ts";
import { until } from "../../../helpers/until.ts";

const [TWO, THREE] = ADDRESSES;

testWith(
  "dnsmasq",
  "--service proxy: a name server that stops answering, and one that is gone, cost no client",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": [TWO] } });
    const [two, three] = listenAt(TWO, THREE);
    using _two = two;
    using _three = three;
    await using server = await balance("forked", `app.test:${two.address.port}`, dns);
    assertEquals(await namesOf(server, 5), [TWO]);
    const clients = load(server, 2);
    dns.freeze();
    const problem = await server.logged("Cannot resolve app.test: ");
    assertStringIncludes(problem.message, "keeping its last address");
    await served(clients, 100);
    dns.thaw();
    await server.logged("app.test resolves again");
    await dns.stop();
    await until("the problem is logged", () => server.records("Cannot resolve").length === 2);
    await served(clients, 100);
    await dns.setHosts({ "app.test": [THREE] });
    await dns.restart();
    const change = await server.logged("Backends changed");
    const { port } = two.address;
    assertEquals(change["sluice.upstream.added"], `${THREE}:${port}`);
    assertEquals(change["sluice.upstream.removed"], `${TWO}:${port}`);
    await served(clients, 20);
    await clients.stop();
    assertEquals(clients.failures, []);
    assertEquals(await namesOf(server, 5), [THREE]);
    assertEquals(server.records("Cannot resolve").length, 2);
  },
);
