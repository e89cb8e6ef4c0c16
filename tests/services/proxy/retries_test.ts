import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../../src/base/address.ts";
import { deadAddress } from "../../helpers/backend.ts";
import { NamedEcho, startBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import type { LogLine, Server } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

const TURNS = ["--balance", "round-robin"];
const NEVER = ["--fail-limit", "0"];

/** Opens connections one after another. Returns how many were served. */
async function visit(server: Server, count: number): Promise<number> {
  let served = 0;
  for (let i = 0; i < count; i++) {
    using client = await Client.connect(server);
    if (await client.receiveUntil("\n").catch(() => "") === "a\n") served++;
    await client.end().catch(() => {});
    await client.receiveAll().catch(() => "");
  }
  return served;
}

/** The records of so many connections. */
async function recordsOf(server: Server, count: number): Promise<readonly LogLine[]> {
  await until(
    `${count} connections are recorded`,
    () => server.records("Connection closed").length === count,
  );
  return server.records("Connection closed");
}

function attemptsOf(lines: readonly LogLine[]): readonly unknown[] {
  return lines.map((line) => line["sluice.upstream.attempts"]);
}

Deno.test("--connect-retries: a backend that refuses is skipped unnoticed", async () => {
  using backend = new NamedEcho("a");
  await using server = await startBalancer([deadAddress(), backend.address], ...TURNS, ...NEVER);
  assertEquals(await visit(server, 20), 20);
  const lines = await recordsOf(server, 20);
  assert(attemptsOf(lines).includes(2), "no client was tried with two");
  for (const line of lines) {
    assertEquals(line["sluice.upstream.address"], formatAddress(backend.address));
  }
});

Deno.test("--connect-retries 0 tries one backend, and the record says why it failed", async () => {
  using backend = new NamedEcho("a");
  const dead = deadAddress();
  await using server = await startBalancer(
    [dead, backend.address],
    ...TURNS,
    ...NEVER,
    ...["--connect-retries", "0"],
  );
  assertEquals(await visit(server, 10), 5);
  const lines = await recordsOf(server, 10);
  const failed = lines.filter((line) => line["sluice.connection.ended_by"] === "upstream");
  assertEquals(failed.length, 5);
  for (const line of failed) {
    assertEquals(line["sluice.upstream.address"], formatAddress(dead));
    assertEquals(
      line["error.message"],
      `Cannot connect to ${formatAddress(dead)}: connection refused`,
    );
  }
});

Deno.test("a retry waits for another backend that has no room", async () => {
  using backend = new NamedEcho("a");
  const { hostname, port } = backend.address;
  await using server = await startBalancer(
    [`${hostname}:${port},max=1`, deadAddress()],
    ...["--balance", "first"],
    ...NEVER,
  );
  using served = await Client.connect(server);
  assertEquals(await served.receiveUntil("\n"), "a\n");
  using waiting = await Client.connect(server);
  const answer = waiting.receiveUntil("\n");
  await waiting.send("x");
  served.close();
  assertEquals(await answer, "a\n");
  waiting.close();
  const lines = await recordsOf(server, 2);
  assert(attemptsOf(lines).includes(2), JSON.stringify(lines));
});

Deno.test("--retry-budget 0 leaves three retries a second", async () => {
  using backend = new NamedEcho("a");
  await using server = await startBalancer(
    [deadAddress(), backend.address],
    ...TURNS,
    ...NEVER,
    ...["--retry-budget", "0%"],
  );
  const begun = performance.now();
  // Half of them would need a retry: even in half a minute, there are not so many.
  const served = await visit(server, 300);
  const seconds = (performance.now() - begun) / 1000;
  const retried = attemptsOf(await recordsOf(server, 300)).filter((count) => count === 2).length;
  assert(retried >= 30 && retried <= 30 + 3 * Math.ceil(seconds), `${retried} in ${seconds} s`);
  assert(served < 300, "every client was served");
});

Deno.test("--fail-limit: a backend that fails in a row is ejected, each time for longer", async () => {
  using backend = new NamedEcho("a");
  const dead = deadAddress();
  await using server = await startBalancer(
    [dead, backend.address],
    ...TURNS,
    ...["--fail-limit", "3", "--eject-time", "500ms"],
  );
  const ejected = () => server.records("Backend ejected");
  await until("it is ejected twice", async () => {
    assertEquals(await visit(server, 4), 4);
    return ejected().length >= 2;
  });
  for (const line of ejected()) assertEquals(line["sluice.upstream.address"], formatAddress(dead));
  assertEquals(ejected().map((line) => line["sluice.upstream.ejected_for"]).slice(0, 2), [0.5, 1]);
  assertEquals(ejected().map((line) => line["sluice.upstream.failures"]).slice(0, 2), [3, 6]);
});

Deno.test("--fail-limit: the only backend is never ejected, and warned about once", async () => {
  const dead = deadAddress();
  await using server = await startBalancer([dead], "--fail-limit", "3");
  assertEquals(await visit(server, 12), 0);
  const lines = await recordsOf(server, 12);
  assertEquals(new Set(attemptsOf(lines)), new Set([1]));
  for (const line of lines) {
    assertEquals(
      line["error.message"],
      `Cannot connect to ${formatAddress(dead)}: connection refused`,
    );
  }
  assertEquals(server.records("Backend ejected").length, 0);
  const [warning, ...others] = server.records("Backend fails");
  assertEquals([warning?.severity, warning?.["sluice.upstream.address"], others], [
    "WARN",
    formatAddress(dead),
    [],
  ]);
});
