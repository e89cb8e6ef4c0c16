import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../src/base/address.ts";
import { NamedEcho } from "../helpers/balancer.ts";
import { askAlone } from "../helpers/http_client.ts";
import { always, RawBackend, rawResponse } from "../helpers/raw_backend.ts";
import { Client } from "../helpers/client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { OperatedServer } from "../helpers/operated.ts";
import type { LogLine } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const GROUP = "default";

/** A balancer of two backends, in turn. */
async function balancer(args: (...given: string[]) => string[], ...more: readonly string[]) {
  const [one, two] = [new NamedEcho("one"), new NamedEcho("two")];
  const [first, second] = [one, two].map(({ address }) => formatAddress(address));
  const server = await OperatedServer.start(args(
    ...["--service", "proxy", "--upstream", first ?? "", "--upstream", second ?? ""],
    ...["--balance", "round-robin", "--health-check", "none", ...more],
  ));
  /** The names of the backends that so many clients get, one after another. */
  async function names(count: number): Promise<string[]> {
    const names = [];
    for (let i = 0; i < count; i++) {
      using client = await Client.connect(server);
      names.push((await client.receiveUntil("\n")).trim());
    }
    return names;
  }
  return {
    ...{ server, one, two, names, first: first ?? "" },
    /** Waits until the lanes have heard that new clients get only these. */
    async getOnly(...wanted: string[]) {
      await until(`clients get ${wanted}`, async () => {
        const found = new Set(await names(8));
        return found.size === wanted.length && wanted.every((name) => found.has(name));
      });
    },
    async firstStatus() {
      const [group] = await server.upstreams();
      const found = group?.backends.find(({ address }) => address === first);
      return [found?.state, found?.reason, found?.weight];
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const backend of [one, two]) backend[Symbol.dispose]();
    },
  };
}

testEachPlace(
  "a backend that an operator drains gets no new clients, and keeps those that it has",
  async ({ args }) => {
    await using setup = await balancer(args);
    const { server, one, first } = setup;
    const kept: Client[] = [];
    while (one.open === 0) {
      kept.forEach((client) => client.close());
      const client = await Client.connect(server);
      await client.receiveUntil("\n");
      kept.splice(0, 1, client);
    }
    const [client] = kept;
    const wish = { group: GROUP, address: first };
    assertEquals(await server.setBackend({ ...wish, state: "drain" }), { ok: true, value: {} });
    assertEquals(await setup.firstStatus(), ["draining", "drained by an operator", 1]);
    assertEquals(await client?.ask("still there"), "still there\n");
    client?.close();
    await setup.getOnly("two");
    await server.reload();
    assertEquals(await setup.firstStatus(), ["draining", "drained by an operator", 1]);
    assertEquals(new Set(await setup.names(8)), new Set(["two"]));
    assertEquals((await server.setBackend({ ...wish, state: "ready" })).ok, true);
    assertEquals(await setup.firstStatus(), ["up", null, 1]);
    await setup.getOnly("one", "two");
    const isLast = ({ message }: LogLine) =>
      message === "Backend follows its settings and checks again";
    await server.logged(isLast);
    const records = server.log.filter((line) => line["sluice.upstream.address"] === first);
    assertEquals(
      records.filter(({ message }) => message.startsWith("Backend ")).map((line) => [
        line.message,
        line["sluice.upstream.reason"],
      ]),
      [
        ["Backend drains", "drained by an operator"],
        ["Backend follows its settings and checks again", undefined],
      ],
    );
  },
  { clients: 2 },
);

testEachPlace("the weight that an operator sets changes the shares", async ({ args }) => {
  await using setup = await balancer(args, "--slow-start", "0");
  const { server, first } = setup;
  const wish = { group: GROUP, address: first };
  assertEquals((await server.setBackend({ ...wish, weight: 9 })).ok, true);
  assertEquals(await setup.firstStatus(), ["up", null, 9]);
  await until("the first gets nine of ten", async () => {
    const names = await setup.names(40);
    return names.filter((name) => name === "one").length >= 34;
  });
  assertEquals((await server.setBackend({ ...wish, weight: null })).ok, true);
  assertEquals(await setup.firstStatus(), ["up", null, 1]);
});

Deno.test("a wish that cannot be met is refused with what there is", async () => {
  await using setup = await balancer((...given) => ["--mode", "async", ...given]);
  const { server, first } = setup;
  const refused = async (wish: Parameters<OperatedServer["setBackend"]>[0]) => {
    const result = await server.setBackend(wish);
    if (result.ok) throw new Error("It was not refused");
    return [result.reason, result.message];
  };
  const wish = { group: GROUP, address: first };
  assertEquals(await refused({ ...wish, group: "x", state: "drain" }), [
    "missing",
    'Cannot set a backend: found no group "x", expected one of default',
  ]);
  const [reason, message] = await refused({ ...wish, address: "10.0.0.1:80", state: "drain" });
  assertEquals(reason, "missing");
  assert(message?.includes(first), message);
  assertEquals((await refused({ ...wish, weight: 1.5 }))[0], "invalid");
  assertEquals((await refused({ ...wish, weight: 65_536 }))[0], "invalid");
  assertEquals((await refused(wish))[0], "invalid");
});

Deno.test("a backend that its settings drain is not ready because an operator says so", async () => {
  using backend = new NamedEcho("one");
  const address = formatAddress(backend.address);
  await using server = await OperatedServer.start([
    ...["--mode", "async", "--service", "proxy", "--upstream", `${address},drain`],
    ...["--health-check", "none"],
  ]);
  const result = await server.setBackend({ group: GROUP, address, state: "ready" });
  assertEquals(result.ok ? null : result.reason, "invalid");
  assertEquals(
    (await server.setBackend({ group: GROUP, address, state: "ready", weight: 1 })).ok,
    true,
  );
  using client = await Client.connect(server);
  assertEquals(await client.receiveUntil("\n"), "one\n");
});

Deno.test("a backend that an operator drains keeps the clients that have its cookie", async () => {
  const key = await Deno.makeTempFile();
  await Deno.writeFile(key, crypto.getRandomValues(new Uint8Array(32)));
  await using one = await RawBackend.start(always(rawResponse("one")));
  await using two = await RawBackend.start(always(rawResponse("two")));
  await using server = await OperatedServer.start([
    ...["--mode", "async", "--service", "proxy", "--protocol", "http", "--health-check", "none"],
    ...["--upstream", one.address, "--upstream", two.address],
    ...["--sticky", "cookie", "--sticky-key-file", key],
  ]);
  await Deno.remove(key);
  const ask = (fields = {}) => askAlone(server, "GET", "/", fields);
  const { body: name, fields } = await ask();
  const [cookie = ""] = (fields["set-cookie"] ?? "").split(";");
  const address = name === "one" ? one.address : two.address;
  assertEquals((await server.setBackend({ group: GROUP, address, state: "drain" })).ok, true);
  for (let i = 0; i < 5; i++) {
    assertEquals((await ask({ Cookie: cookie })).body, name);
    assertEquals((await ask()).body, name === "one" ? "two" : "one");
  }
});
