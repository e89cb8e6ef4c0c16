/** Backends that have names, which a real name server knows. */
import { assert, assertEquals } from "@std/assert";
import { Backend, naming } from "../../helpers/backend.ts";
import { DnsServer } from "../../helpers/dns.ts";
import {
  ADDRESSES,
  balance,
  listenAt,
  load,
  namesOf,
  served,
} from "../../helpers/named_addresses.ts";
import { ask } from "../../helpers/talk.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const [TWO, THREE, FOUR] = ADDRESSES;

testWith(
  "dnsmasq",
  "--service proxy: a name with three addresses of which two refuse fails no client",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": ADDRESSES } });
    const [backend] = listenAt(THREE);
    using _ = backend;
    const { port } = backend.address;
    await using server = await balance("forked", `app.test:${port}`, dns);
    const clients = load(server);
    await served(clients, 200);
    await clients.stop();
    assertEquals(clients.failures, []);
    const down = () =>
      server.records("Backend down").map((line) => line["sluice.upstream.address"]);
    await until("both are found down", () => down().length >= 2);
    assertEquals(down().sort(), [`${TWO}:${port}`, `${FOUR}:${port}`]);
    // By retries alone, of which each process allows thirty whatever the number of its clients.
    await using unchecked = await balance(
      "forked",
      `app.test:${port}`,
      dns,
      ...["--health-check", "none", "--fail-limit", "0"],
    );
    await until("the name is resolved", async () => await ask(unchecked, "hello") !== "");
    assertEquals(await namesOf(unchecked, 12), [THREE]);
  },
);

testWith(
  "dnsmasq",
  "--service proxy: addresses of a name come and go under load, and no client notices",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": [TWO] } });
    const [two, three, four] = listenAt(TWO, THREE, FOUR);
    using _two = two;
    using _three = three;
    using _four = four;
    const { port } = two.address;
    await using server = await balance("pooled", `app.test:${port}`, dns);
    assertEquals(await namesOf(server, 5), [TWO]);
    const clients = load(server, 2);
    await served(clients, 20);
    for (const addresses of [[THREE], [THREE, FOUR], [TWO, THREE, FOUR], [FOUR]]) {
      await dns.setHosts({ "app.test": addresses });
      await until(
        "new clients go to the new addresses alone",
        async () => (await namesOf(server, 20)).join() === addresses.join(),
      );
      await served(clients, 20);
    }
    await clients.stop();
    // The long ones, too, whose backend was removed at first.
    assertEquals(clients.failures, []);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  },
);

testWith(
  "dnsmasq",
  "--service proxy: SRV records give ports, shares and backups",
  async () => {
    using first = new Backend(naming("first"));
    using second = new Backend(naming("second"));
    using backup = new Backend(naming("backup"));
    const srv = (target: string, { address }: Backend, priority: number, weight: number) =>
      `--srv-host=_app._tcp.test,${target}.test,${address.port},${priority},${weight}`;
    const names = ["one", "two"].map((name) => `--host-record=${name}.test,127.0.0.1,1`);
    const options = [
      ...names,
      srv("one", first, 10, 3),
      srv("two", second, 10, 1),
      srv("one", backup, 20, 1),
    ];
    await using dns = await DnsServer.start({ options });
    await using server = await balance(
      "async",
      "srv+tcp://_app._tcp.test",
      dns,
      ...["--balance", "round-robin", "--health-check", "none"],
    );
    await until("a backend is known", async () => await ask(server, "hello") !== "");
    const counts: Record<string, number> = {};
    for (let i = 0; i < 40; i++) {
      const name = (await ask(server, "hello")).split(" ")[0] ?? "";
      counts[name] = (counts[name] ?? 0) + 1;
    }
    assertEquals(counts, { first: 30, second: 10 });
    const clients = load(server);
    await served(clients, 20);
    // The first and the backup are gone.
    await dns.restart([...names, srv("two", second, 10, 1)]);
    const isChanged = async () => (await namesOf(server, 10)).join() === "second";
    await until("new clients go to the second alone", isChanged);
    await served(clients, 20);
    await clients.stop();
    assertEquals(clients.failures, []);
  },
);

testWith(
  "dnsmasq",
  "--service proxy: the server starts without a name server, and clients wait for it",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": [TWO] } });
    await dns.stop();
    const [two] = listenAt(TWO);
    using _ = two;
    await using server = await balance(
      "pooled",
      `app.test:${two.address.port}`,
      dns,
      // How long the name server takes to start is not the question.
      ...["--queue-timeout", "20s"],
    );
    const { message } = await server.logged("Cannot resolve app.test: ");
    assert(!message.includes("keeping"), message);
    const waiting = Array.from({ length: 5 }, () => ask(server, "hello"));
    await dns.restart();
    assertEquals(await Promise.all(waiting), new Array(5).fill(`${TWO} hello`));
    await server.logged("app.test resolves again");
  },
);
