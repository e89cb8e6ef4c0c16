import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatAddress } from "../../src/base/address.ts";
import type { HealthSettings, UpstreamGroup } from "../../src/settings/balancer.ts";
import { parseMember } from "../../src/settings/member.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Keeper } from "../../src/upstream/keeper.ts";
import { HTTP_GROUP } from "../helpers/http_group.ts";
import { until } from "../helpers/until.ts";

const UNCHECKED: HealthSettings = {
  check: { kind: "none" },
  sendProxy: "none",
  interval: 20,
  timeout: 200,
  rise: 1,
  fall: 1,
  startState: "up",
};
const BY_TCP: HealthSettings = { ...UNCHECKED, check: { kind: "tcp" } };

function group(
  name: string,
  members: readonly string[],
  health: HealthSettings = UNCHECKED,
): UpstreamGroup {
  return {
    name,
    members: members.map((text) => {
      const member = parseMember(text);
      if (typeof member === "string") throw new Error(`Expected ${member}`);
      return member;
    }),
    file: null,
    balance: "p2c",
    health,
    passive: { failLimit: 5, ejectTime: 1000 },
    slowStart: 0,
    minHealthy: 0,
    connectTimeout: 1000,
    connectRetries: 1,
    retryBudget: 0.2,
    queueSize: 0,
    queueTimeout: 1000,
    queueShed: "newest",
    sendProxy: "none",
    resolvers: [],
    resolveInterval: { min: 1000, max: 1000 },
    http: HTTP_GROUP,
  };
}

/** A keeper, and what it has told. */
class Told implements Disposable {
  readonly keeper: Keeper;
  readonly facts: BackendFacts[] = [];
  readonly reports: string[] = [];

  constructor() {
    this.keeper = new Keeper({
      onFacts: (changes) => this.facts.push(...changes),
      onBackends: (name, added, removed) =>
        this.reports.push(`${name} +${added.join()} -${removed.join()}`),
      onHealth: (groups, { address }, { kind, verdict }) =>
        this.reports.push(`${groups.join()} ${formatAddress(address)} ${kind} ${verdict.state}`),
      onProblem: (_group, text) => this.reports.push(text),
      onRecovery: (_group, text) => this.reports.push(text),
    });
  }

  /** The changes since the last call, each as text. */
  takeFacts(): string[] {
    return this.facts.splice(0).map(({ address, group, position, state, weight, backSince }) =>
      `${group}/${position} ${formatAddress(address)} ${state} ${weight}${
        backSince > 0 ? " back" : ""
      }`
    );
  }

  [Symbol.dispose](): void {
    this.keeper.stop();
  }
}

Deno.test("Keeper tells the backends of its groups, and later only what has changed", () => {
  using told = new Told();
  const { keeper } = told;
  keeper.update([
    group("a", ["10.0.0.2:80,weight=3", "10.0.0.1:80"]),
    group("b", ["10.0.0.1:80"]),
  ]);
  assertEquals(told.takeFacts().sort(), [
    "0/0 10.0.0.2:80 up 3",
    "0/1 10.0.0.1:80 up 1",
    "1/0 10.0.0.1:80 up 1",
  ]);
  keeper.update([group("a", ["10.0.0.2:80,weight=4", "10.0.0.1:80"]), group("b", ["10.0.0.9:80"])]);
  assertEquals(told.takeFacts().sort(), [
    "0/0 10.0.0.2:80 up 4",
    "1/0 10.0.0.1:80 free 1",
    "1/0 10.0.0.9:80 up 1",
  ]);
});

Deno.test("Keeper drains a backend that is marked, whatever its check says", async () => {
  using told = new Told();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const name = `127.0.0.1:${listener.addr.port}`;
  told.keeper.update([group("a", [name], BY_TCP)]);
  told.keeper.update([group("a", [`${name},drain`], BY_TCP)]);
  assertEquals(told.takeFacts(), [`0/0 ${name} up 1`, `0/0 ${name} draining 1`]);
  await until(
    "it is checked",
    () => [...told.keeper.health().values()].every(({ last }) => last?.kind === "ok"),
  );
  told.keeper.update([group("a", [name], BY_TCP)]);
  assertEquals(told.takeFacts(), [`0/0 ${name} up 1 back`]);
});

Deno.test("Keeper gives no group the number of one that is gone: lanes may still use it", () => {
  using told = new Told();
  const { keeper } = told;
  keeper.update([group("a", ["10.0.0.1:80"]), group("b", ["10.0.0.1:80"])]);
  const before = keeper.numbers;
  keeper.update([group("b", ["10.0.0.1:80"]), group("c", ["10.0.0.1:80"])]);
  assertEquals(keeper.numbers["b"], before["b"]);
  assertNotEquals(keeper.numbers["c"], before["a"]);
  assertEquals(keeper.numbers["a"], undefined);
});

Deno.test("Keeper tells the health of a backend in each group that has it, and when it is back", async () => {
  using told = new Told();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const name = `127.0.0.1:${listener.addr.port}`;
  told.keeper.update([group("a", [name], BY_TCP), group("b", [name], BY_TCP)]);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} up 1`, `1/0 ${name} up 1`]);
  listener.close();
  await until("it is down", () => told.reports.length === 1);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} down 1`, `1/0 ${name} down 1`]);
  using _again = Deno.listen({ hostname: "127.0.0.1", port: listener.addr.port });
  await until("it is up", () => told.reports.length === 2);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} up 1 back`, `1/0 ${name} up 1 back`]);
  assertEquals(told.reports, [`a,b ${name} changed down`, `a,b ${name} changed up`]);
});

Deno.test("Keeper keeps the health of a backend across reloads, also in another group", async () => {
  using told = new Told();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const name = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  told.keeper.update([group("a", [name], BY_TCP)]);
  await until("it is down", () => told.reports.length === 1);
  told.takeFacts();
  told.keeper.update([group("a", [`${name},weight=2`], BY_TCP), group("new", [name], BY_TCP)]);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} down 2`, `1/0 ${name} down 1`]);
  assert([...told.keeper.health().values()].every(({ verdict }) => verdict.state === "down"));
});
