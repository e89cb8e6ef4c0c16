import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Address, formatAddress } from "../../src/base/address.ts";
import type { UpstreamGroup } from "../../src/settings/balancer.ts";
import type { HealthSettings } from "../../src/settings/health_settings.ts";
import { parseMember } from "../../src/settings/member.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Keeper } from "../../src/upstream/keeper.ts";
import { freePort } from "../helpers/free_port.ts";
import { HTTP_GROUP } from "../helpers/http_group.ts";
import { until } from "../helpers/until.ts";

const UNCHECKED: HealthSettings = {
  check: { kind: "none" },
  sendProxy: "none",
  interval: 20,
  timeout: 200,
  rise: 1,
  fall: 1,
  port: null,
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
      onOverride: (name, weight, { address, state }, reason) =>
        this.reports.push(`${name} ${formatAddress(address)} set ${weight}, ${state}: ${reason}`),
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
  const address = { hostname: "127.0.0.1", port: freePort() };
  const listener = Deno.listen(address);
  const name = `${address.hostname}:${address.port}`;
  told.keeper.update([group("a", [name], BY_TCP), group("b", [name], BY_TCP)]);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} up 1`, `1/0 ${name} up 1`]);
  listener.close();
  await until("it is down", () => told.reports.length === 1);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} down 1`, `1/0 ${name} down 1`]);
  using _again = Deno.listen(address);
  await until("it is up", () => told.reports.length === 2);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} up 1 back`, `1/0 ${name} up 1 back`]);
  assertEquals(told.reports, [`a,b ${name} changed down`, `a,b ${name} changed up`]);
});

Deno.test("Keeper keeps the health of a backend across reloads, also in another group", async () => {
  using told = new Told();
  const name = `127.0.0.1:${freePort()}`;
  told.keeper.update([group("a", [name], BY_TCP)]);
  await until("it is down", () => told.reports.length === 1);
  told.takeFacts();
  told.keeper.update([group("a", [`${name},weight=2`], BY_TCP), group("new", [name], BY_TCP)]);
  assertEquals(told.takeFacts().sort(), [`0/0 ${name} down 2`, `1/0 ${name} down 1`]);
  assert([...told.keeper.health().values()].every(({ verdict }) => verdict.state === "down"));
});

/** An address of the tests, as the keeper knows it. */
function tcp(hostname: string, port: number): Address {
  return { transport: "tcp", hostname, port };
}

Deno.test("Keeper drains a backend for an operator, across reloads, until the operator undoes it", () => {
  using told = new Told();
  const { keeper } = told;
  keeper.update([group("a", ["10.0.0.1:80", "10.0.0.2:80"]), group("b", ["10.0.0.1:80"])]);
  told.takeFacts();
  keeper.override("a", tcp("10.0.0.1", 80), { state: "drain" });
  keeper.override("a", tcp("10.0.0.1", 80), { state: "drain" });
  assertEquals(told.takeFacts(), ["0/0 10.0.0.1:80 draining 1"]);
  keeper.update([group("a", ["10.0.0.1:80,weight=7", "10.0.0.2:80"]), group("b", ["10.0.0.1:80"])]);
  assertEquals(told.takeFacts(), ["0/0 10.0.0.1:80 draining 7"]);
  keeper.override("a", tcp("10.0.0.1", 80), { state: "ready" });
  assertEquals(told.takeFacts(), ["0/0 10.0.0.1:80 up 7 back"]);
  assertEquals(told.reports, [
    "a 10.0.0.1:80 set null, draining: drained by an operator",
    "a 10.0.0.1:80 set null, up: null",
  ]);
});

Deno.test("Keeper uses the weight that an operator sets, until it is undone", () => {
  using told = new Told();
  const { keeper } = told;
  keeper.update([group("a", ["10.0.0.1:80,weight=3", "10.0.0.2:80,drain"])]);
  told.takeFacts();
  const [first, second] = [tcp("10.0.0.1", 80), tcp("10.0.0.2", 80)];
  keeper.override("a", first, { weight: 9 });
  assertEquals(told.takeFacts(), ["0/0 10.0.0.1:80 up 9"]);
  keeper.override("a", first, { weight: 0 });
  assertEquals(told.takeFacts(), ["0/0 10.0.0.1:80 draining 3"]);
  keeper.override("a", first, { state: "ready" });
  assertEquals(told.takeFacts(), ["0/0 10.0.0.1:80 up 3 back"]);
  keeper.override("a", second, { weight: 2 });
  assertEquals(told.takeFacts(), ["0/1 10.0.0.2:80 up 2"]);
  keeper.override("a", second, { weight: null });
  assertEquals(told.takeFacts(), ["0/1 10.0.0.2:80 draining 1"]);
  assertEquals(told.reports.at(-1), "a 10.0.0.2:80 set null, draining: drained by its settings");
});

Deno.test("Keeper forgets what an operator has set of a backend that leaves its group and comes back", () => {
  using told = new Told();
  const { keeper } = told;
  keeper.update([group("a", ["10.0.0.1:80", "10.0.0.2:80"])]);
  keeper.override("a", tcp("10.0.0.1", 80), { state: "drain", weight: 5 });
  keeper.update([group("a", ["10.0.0.2:80"])]);
  told.takeFacts();
  keeper.update([group("a", ["10.0.0.1:80", "10.0.0.2:80"])]);
  assertEquals(told.takeFacts().sort()[0], "0/0 10.0.0.1:80 up 1");
});

Deno.test("Keeper does not make a backend up that is down when an operator says that it is ready", async () => {
  using told = new Told();
  const port = freePort();
  told.keeper.update([group("a", [`127.0.0.1:${port}`], BY_TCP)]);
  told.keeper.override("a", tcp("127.0.0.1", port), { state: "drain" });
  await until("it is down", () => told.reports.includes(`a 127.0.0.1:${port} changed down`));
  told.takeFacts();
  told.keeper.override("a", tcp("127.0.0.1", port), { state: "ready" });
  assertEquals(told.takeFacts(), [`0/0 127.0.0.1:${port} down 1`]);
});
