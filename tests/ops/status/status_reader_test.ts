import { assert, assertEquals } from "@std/assert";
import { cpuClock } from "../../../src/base/cpu_clock.ts";
import { readTextFile } from "../../../src/base/read_text_file.ts";
import type { Row } from "../../../src/lane/row.ts";
import { Scoreboard } from "../../../src/lane/scoreboard.ts";
import { openAccessLog } from "../../../src/log/access_log.ts";
import { factsOf } from "../../../src/ops/status/facts_of.ts";
import type { LaneFacts } from "../../../src/ops/status/server_facts.ts";
import { StatusReader } from "../../../src/ops/status/status_reader.ts";
import type { Status } from "../../../src/ops/status/status.ts";
import { Server } from "../../../src/server/server.ts";
import { loadSettings } from "../../../src/settings/load.ts";
import { inLogFolder, openLogTo } from "../../helpers/log.ts";
import { sampleFacts } from "../../helpers/sample_facts.ts";
import { until } from "../../helpers/until.ts";

// Opens the C library for good, so it must not look like a leak of a test.
const clock = cpuClock();

/** Runs a body with a server of one lane, which runs on this thread. */
async function withServer(body: (server: Server, row: Row) => Promise<void>): Promise<void> {
  const { settings } = await loadSettings({
    // A heartbeat every 100 ms.
    flags: { mode: ["async"], service: ["echo"], port: ["0"], workerTimeout: ["2s"] },
    environment: {},
    readFile: readTextFile,
    cwd: Deno.cwd(),
  });
  await inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    await using accessLog = await openAccessLog(settings, log);
    const server = await Server.start(settings, log, accessLog, new AbortController().signal);
    try {
      const [lane] = server.supervisor.lanes;
      if (lane === undefined) throw new Error("There is no lane");
      await body(server, lane.row);
    } finally {
      await server.stop();
      await log.close();
    }
  });
}

/** Reads the status of a server of this process. */
interface Reader {
  read(): Status;
}

function readerOf(server: Server): Reader {
  const reader = new StatusReader(server.scoreboard, factsOf(server));
  return { read: () => reader.read(factsOf(server)) };
}

/** Uses CPU time on this thread. */
function burn(milliseconds: number): void {
  for (const end = clock() + milliseconds; clock() < end;);
}

/** Waits for two more heartbeats: the second covers everything until now. */
async function twoHeartbeats(row: Row, meanwhile: () => void = () => {}): Promise<void> {
  for (const nth of ["a", "another"]) {
    const last = row.get("heartbeat");
    await until(`${nth} heartbeat comes`, () => {
      meanwhile();
      return row.get("heartbeat") !== last;
    });
  }
}

/** The CPU time that a lane reports, and when it has read it. */
function markOf(row: Row) {
  return { busy: row.get("busy"), time: row.get("busyAt") };
}

type Mark = ReturnType<typeof markOf>;

function assertBusy(reader: Reader, from: Mark, to: Mark): void {
  const busy = reader.read().lanes[0]?.busy ?? NaN;
  const share = (to.busy - from.busy) / (to.time - from.time);
  assert(Math.abs(busy - share) < 0.05, `busy is ${busy}, expected ${share}`);
}

Deno.test("StatusReader.read() measures busy since its own last reading, not that of others", () =>
  withServer(async (server, row) => {
    const seldom = readerOf(server);
    const often = readerOf(server);
    const always = readerOf(server);
    await twoHeartbeats(row);
    const start = markOf(row);
    for (const reader of [seldom, often]) reader.read();

    burn(300);
    await twoHeartbeats(row, () => always.read());
    const burnt = markOf(row);
    assertBusy(often, start, burnt);
    assert(burnt.busy - start.busy > 250, "the lane was not busy");

    await twoHeartbeats(row, () => always.read());
    const end = markOf(row);
    assertBusy(often, burnt, end);
    assertBusy(seldom, start, end);
  }));

Deno.test("StatusReader.read() does not count CPU time from before the reader was made", () =>
  withServer(async (server, row) => {
    burn(300);
    await twoHeartbeats(row);
    const made = markOf(row);
    const late = readerOf(server);
    await twoHeartbeats(row);
    assertBusy(late, made, markOf(row));
  }));

Deno.test("StatusReader.read() knows how busy a lane is, however often it is read between two heartbeats", () =>
  withServer(async (server, row) => {
    await twoHeartbeats(row);
    const often = readerOf(server);
    const start = markOf(row);
    burn(300);
    await twoHeartbeats(row);
    assertBusy(often, start, markOf(row));
    const busy = often.read().lanes[0]?.busy ?? NaN;
    assert(busy > 0, `${busy}`);
    assertEquals([1, 2, 3].map(() => often.read().lanes[0]?.busy), [busy, busy, busy]);
  }));

Deno.test("StatusReader.read() tells how late the event loop is, even while it is blocked, and that it recovers", () =>
  withServer(async (server, row) => {
    const reader = readerOf(server);
    const delay = () => reader.read().lanes[0]?.loop_delay_ms ?? NaN;
    await twoHeartbeats(row);
    burn(900);
    const during = delay();
    assert(during >= 300, `${during} ms`);
    await twoHeartbeats(row);
    const blocked = delay();
    assert(blocked >= 700, `${blocked} ms`);
    await until("it has recovered", () => delay() < blocked / 2);
  }));

Deno.test("StatusReader.read() describes the server and its lane", () =>
  withServer((server) => {
    const status = readerOf(server).read();
    const { mode, service, pid, generation, failed_generation, lanes, totals, upstreams } = status;
    assertEquals([mode, service, pid, generation], ["async", "echo", Deno.pid, 0]);
    assertEquals(failed_generation, null);
    assertEquals(lanes.map(({ lane, place, state }) => [lane, place, state]), [
      [0, "here", "ready"],
    ]);
    assertEquals(upstreams, []);
    assertEquals([totals.accepted, totals.crashed, totals.hung, totals.recycled], [0, 0, 0, 0]);
    return Promise.resolve();
  }));

Deno.test("StatusReader.read() tells nothing of a lane whose row has become another's since the facts", () => {
  const scoreboard = new Scoreboard();
  const place = { place: "thread", generation: 0, pid: 1, maxConnections: 1 } as const;
  const lanes = [0, 1].map((number): LaneFacts => {
    const row = scoreboard.claim(number, 0);
    row?.add("accepted", 10);
    return { number, row: row?.index ?? -1, ...place };
  });
  const facts = sampleFacts({ lanes });
  const reader = new StatusReader(scoreboard, facts);
  const accepted = () => reader.read(facts).lanes.map(({ lane, accepted }) => [lane, accepted]);
  scoreboard.close(scoreboard.row(0), "free");
  assertEquals(accepted(), [[0, 10], [1, 10]]);
  assertEquals(scoreboard.claim(2, 0)?.index, 0);
  assertEquals(accepted(), [[1, 10]]);
});
