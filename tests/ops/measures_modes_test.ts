/** What the status tells of the requests that lanes measure, in every mode. */
import { assert, assertEquals } from "@std/assert";
import type { Status } from "../../src/ops/status/status.ts";
import { Client } from "../helpers/client.ts";
import { askAlone } from "../helpers/http_client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";

const ROUNDS = 5;

/** A folder for the socket of the admin port, deleted on dispose. */
async function adminFolder() {
  const folder = await Deno.makeTempDir();
  return {
    args: ["--admin", `unix:${folder}/admin.sock`],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** How many responses the status tells, or how many ends of connections. */
function sum(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

async function askAll(server: { port: number }): Promise<void> {
  for (let i = 0; i < ROUNDS; i++) {
    await askAlone(server, "GET", "/");
    await askAlone(server, "POST", "/missing", {}, "x");
    await askAlone(server, "HEAD", "/");
    using client = await Client.connect(server);
    await client.send("nonsense\r\n\r\n");
    await client.receiveAll();
  }
}

/** Of so many rounds. */
function expected(rounds: number) {
  return [
    { method: "GET", status: "2xx", count: rounds },
    { method: "HEAD", status: "2xx", count: rounds },
    { method: "POST", status: "4xx", count: rounds },
    { method: "_OTHER", status: "4xx", count: rounds },
  ];
}

testEachPlace(
  "the status tells each response once, its duration, and how connections ended, across a reload",
  async ({ args }) => {
    await using status = await statusFile();
    await using admin = await adminFolder();
    await using server = await startServer(
      args("--service", "http", ...admin.args, ...status.args),
    );
    await askAll(server);
    const isAll = (rounds: number) => ({ totals }: Status) =>
      sum(totals.responses) >= 4 * rounds && sum(totals.ended) >= 4 * rounds;
    const before = await status.says("all responses", isAll(ROUNDS));
    assertEquals(before.totals.responses, expected(ROUNDS));
    assert(before.lanes.some(({ wait_ms }) => wait_ms > 0));
    assert(before.lanes.every(({ loop_delay_ms }) => loop_delay_ms >= 0));
    server.kill("SIGHUP");
    const isReplaced = ({ generation, lanes }: Status) =>
      generation === 1 && lanes.every((lane) => lane.generation === 1);
    const replaced = await status.says("new lanes alone", isReplaced);
    assertEquals(replaced.totals.responses, expected(ROUNDS));
    assert(replaced.totals.started >= 2 * before.lanes.length - 1);
    await askAll(server);
    const { totals } = await status.says("all responses", isAll(2 * ROUNDS));
    assertEquals(totals.responses, expected(2 * ROUNDS));
    const { counts, sum_s } = totals.durations ?? { counts: [], sum_s: 0 };
    assertEquals(counts.reduce((total, count) => total + count, 0), 8 * ROUNDS);
    assert(sum_s > 0 && sum_s < 60, `${sum_s} s`);
    assertEquals(sum(totals.ended), totals.accepted - totals.open);
  },
);

Deno.test("--mode forked: the status keeps what a killed process has counted", async () => {
  await using status = await statusFile();
  await using admin = await adminFolder();
  const mode = ["--mode", "forked", "--workers", "1", "--service", "http"];
  await using server = await startServer([...mode, ...admin.args, ...status.args]);
  await askAll(server);
  const isAll = ({ totals }: Status) => sum(totals.responses) + sum(totals.ended) >= 8 * ROUNDS;
  const { lanes: [lane], totals } = await status.says("all responses", isAll);
  Deno.kill(lane?.pid ?? 0, "SIGKILL");
  const isBack = ({ lanes: [next] }: Status) => next?.state === "ready" && next.pid !== lane?.pid;
  const after = await status.says("the lane is replaced", isBack);
  assertEquals([after.totals.crashed, after.totals.started], [1, 2]);
  assertEquals(after.totals.responses, totals.responses);
  assertEquals(after.totals.durations, totals.durations);
  assertEquals(after.totals.ended, totals.ended);
});

testEachPlace(
  "the status tells neither responses nor durations without an admin port, but how connections ended",
  async ({ args }) => {
    await using status = await statusFile();
    await using server = await startServer(args("--service", "http", ...status.args));
    await askAlone(server, "GET", "/");
    const { totals, latency, lanes } = await status.says(
      "a connection has ended",
      ({ totals }) => sum(totals.ended) === 1,
    );
    assertEquals([totals.responses, totals.durations, latency], [[], null, null]);
    assert(lanes.every(({ wait_ms }) => wait_ms === 0));
  },
);
