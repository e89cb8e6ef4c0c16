import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { reportStatus } from "../../src/cli/status.ts";
import { statusText } from "../../src/cli/status_text.ts";
import type { Status } from "../../src/ops/status/status.ts";
import type { BackendStatus, UpstreamStatus } from "../../src/ops/status/upstream_status.ts";
import { sampleLane, sampleStatus, sampleTotals } from "../helpers/sample_status.ts";

const COUNTS = {
  open: 1,
  accepted: 20,
  requests: 300,
  bytes_in: 1023,
  bytes_out: 1536,
  refused: 0,
  errors: 2,
  dialed: 0,
  dialed_bytes_in: 0,
  dialed_bytes_out: 0,
  resources: 0,
  leased: 0,
};

const STATUS: Status = sampleStatus({
  time: "2026-01-31T11:59:59.500Z",
  mode: "forked",
  service: "echo",
  pid: 4711,
  uptime_s: 11_543.2,
  generation: 2,
  failed_generation: { generation: 3, reason: "Cannot load app.ts" },
  lanes: [
    sampleLane({
      ...COUNTS,
      lane: 7,
      place: "process",
      state: "ready",
      generation: 2,
      pid: 4712,
      heartbeat_age_ms: 12.4,
      busy: 0.354,
    }),
    sampleLane({
      ...COUNTS,
      bytes_in: 1024 ** 2 - 1,
      bytes_out: 5 * 1024 ** 5,
      lane: 12,
      place: "thread",
      state: "draining",
      generation: 1,
      pid: 4713,
      heartbeat_age_ms: 1500,
      busy: 1,
    }),
  ],
  totals: sampleTotals({ ...COUNTS, accepted: 1_000_000, crashed: 1, recycled: 3 }),
});

const BACKEND: BackendStatus = {
  address: "10.0.0.1:8080",
  state: "up",
  reason: null,
  since: "2026-01-31T11:00:00.000Z",
  weight: 1,
  backup: false,
  max: 0,
  in_flight: 12,
  connects: 3456,
  failures: 7,
  ejected_until: null,
  latency_ms: 1.25,
  last_check: { result: "ok", reason: null, duration_ms: 0.5 },
};

const UPSTREAM: UpstreamStatus = {
  name: "api",
  balance: "p2c",
  backends: [
    { ...BACKEND, weight: 3, max: 100 },
    { ...BACKEND, address: "10.0.0.2:8080", ejected_until: "2026-01-31T12:00:19.500Z" },
    {
      ...BACKEND,
      address: "10.0.0.3:8080",
      state: "down",
      reason: "cannot connect: connection refused",
      since: "2026-01-31T11:59:55.000Z",
      latency_ms: null,
      last_check: {
        result: "failed",
        reason: "cannot connect: connection refused",
        duration_ms: 1234,
      },
    },
    {
      ...BACKEND,
      address: "10.0.0.4:8080",
      backup: true,
      last_check: { result: "failed", reason: "no answer within 2000 ms", duration_ms: 2000 },
    },
    { ...BACKEND, address: "unix:/run/app.sock", since: null, latency_ms: null, last_check: null },
  ],
  totals: { backends: 5, available: 3, in_flight: 60, connects: 17_280, failures: 35 },
};

async function inFile<T>(text: string, body: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ prefix: "sluice-status-", suffix: ".json" });
  try {
    await Deno.writeTextFile(path, text);
    return await body(path);
  } finally {
    await Deno.remove(path);
  }
}

async function refusal(path: string): Promise<[code: number, message: string]> {
  const error: ExitError = await assertRejects(() => reportStatus(path), ExitError);
  return [error.exitCode, error.message];
}

/** The error message for a file with this text, without its path. */
function refusalOf(text: string): Promise<string> {
  return inFile(text, async (path) => {
    const [code, message] = await refusal(path);
    assertEquals(code, 78);
    return message.replace(`Cannot read the status file ${JSON.stringify(path)}: `, "");
  });
}

Deno.test("statusText() has a head, a table of the lanes, and their totals", () => {
  assertEquals(
    statusText(STATUS),
    `\
Mode:       forked
Service:    echo
Process:    4711
Uptime:     3 h 12 m
Generation: 2
Failed:     3, Cannot load app.ts

 LANE STATE    GEN  PID OPEN ACCEPTED REQUESTS    IN   OUT ERRORS BEAT BUSY
    7 ready      2 4712    1       20      300 1.0kb 1.5kb      2 0.0s  35%
   12 draining   1 4713    1       20      300 1.0mb 5.0pb      2 1.5s 100%
TOTAL                      1     1.0m      300 1.0kb 1.5kb      2

Clients refused: 0
Lanes: 1 crashed, 0 hung, 3 recycled
Saturation: 0% (event loop 0%, connections 0%, accept queue 0%, wait 0%)
`,
  );
});

Deno.test("statusText() has no column of processes for threads, and wider gaps if there is room", () => {
  const [, thread] = STATUS.lanes as [Status["lanes"][0], Status["lanes"][0]];
  const { service: _, ...rest } = STATUS;
  const lines = statusText({ ...rest, service: "echo", lanes: [{ ...thread, bytes_out: 0 }] })
    .split("\n");
  assertEquals(lines.slice(7, 9), [
    " LANE  STATE     GEN  OPEN  ACCEPTED  REQUESTS     IN    OUT  ERRORS  BEAT  BUSY",
    "   12  draining    1     1        20       300  1.0mb     0b       2  1.5s  100%",
  ]);
});

Deno.test("statusText() fits 80 columns, whatever the figures", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const counts = Object.fromEntries(Object.keys(COUNTS).map((name) => [name, most]));
  for (const figures of [COUNTS, counts as typeof COUNTS]) {
    const lane = sampleLane({
      ...figures,
      lane: 99_999,
      place: "process",
      state: "retiring",
      generation: 9999,
      pid: 4_194_304,
      heartbeat_age_ms: 99_999_999,
      busy: 1,
    });
    const text = statusText({
      ...STATUS,
      lanes: [lane],
      totals: { ...STATUS.totals, ...figures },
      failed_generation: { generation: 9999, reason: "Cannot load app.ts: ".repeat(20) },
    });
    assertEquals(text.split("\n").filter((line) => line.length > 80), []);
  }
});

Deno.test("statusText() shows what the server is saturated by, how long requests take, and what is logged", () => {
  const text = statusText({
    ...STATUS,
    state: "draining",
    crash_loop: "a worker died early",
    totals: {
      ...STATUS.totals,
      refused: 12,
      refused_by: { total: 10, address: 0, draining: 2, untrusted: 0, header: 0 },
    },
    saturation: { value: 0.914, event_loop: 0.914, connections: 0.5, accept_queue: 0, wait: 0.03 },
    latency: { p50_ms: 0.51, p90_ms: 12.4, p99_ms: 1234 },
    log: { debug: 0, info: 123_456, warning: 3, error: 1, dropped: 0 },
    dependencies: [
      {
        name: "redis",
        url: "redis://127.0.0.1:6379",
        required: true,
        state: "down",
        reason: "connection refused",
        since: "2026-01-31T11:59:39.500Z",
        duration_ms: 0.4,
        certificate_ends: null,
      },
      {
        name: "db",
        url: "postgres://127.0.0.1:5432",
        required: false,
        state: "unknown",
        reason: null,
        since: "2026-01-31T11:59:39.500Z",
        duration_ms: null,
        certificate_ends: "2026-03-04T12:00:00.000Z",
      },
    ],
  });
  assertMatch(text, /^State: {6}draining\nMode: /);
  assertMatch(text, /\nCrash loop: a worker died early\n/);
  assertEquals(
    text.slice(text.indexOf("Clients refused")),
    `\
Clients refused: 12 (total 10, draining 2)
Lanes: 1 crashed, 0 hung, 3 recycled
Latency: p50 0.5ms, p90 12ms, p99 1.2s
Saturation: 91% (event loop 91%, connections 50%, accept queue 0%, wait 3%)
Log records: 123k info, 3 warning, 1 error

Dependency redis: redis://127.0.0.1:6379 down for 20s, required, probed in
    0.4ms, connection refused
Dependency db: postgres://127.0.0.1:5432 unknown for 20s, certificate until
    2026-03-04
`,
  );
});

Deno.test("reportStatus() says nothing of saturation for files of servers that do not tell it", async () => {
  const { version: _, saturation: __, ...older } = {
    ...STATUS,
    pid: Deno.pid,
    time: new Date().toISOString(),
  };
  const { text } = await inFile(JSON.stringify(older), reportStatus);
  assert(!text.includes("Saturation"));
});

Deno.test("statusText() shows each group of backends, and why some are not used", () => {
  const text = statusText({ ...STATUS, upstreams: [UPSTREAM, { ...UPSTREAM, backends: [] }] });
  assertEquals(
    text.slice(text.indexOf("Upstream")),
    `\
Upstream api: p2c, 3 of 5 backends available

BACKEND            STATE   SINCE   WEIGHT   OPEN CONNECTS FAILED LATENCY CHECK
10.0.0.1:8080      up        59m        3 12/100     3456      7   1.3ms 0.5ms
10.0.0.2:8080      ejected   59m        1     12     3456      7   1.3ms 0.5ms
10.0.0.3:8080      down     4.5s        1     12     3456      7          1.2s
10.0.0.4:8080      up        59m 1 backup     12     3456      7   1.3ms  2.0s
unix:/run/app.sock up                   1     12     3456      7
TOTAL                                         60    17280     35
  10.0.0.2:8080 ejected for another 20s: it failed several times in a row
  10.0.0.3:8080 down: cannot connect: connection refused
  10.0.0.4:8080 its last check failed: no answer within 2000 ms

Upstream api: p2c, 3 of 5 backends available

BACKEND  STATE  SINCE  WEIGHT  OPEN  CONNECTS  FAILED  LATENCY  CHECK
TOTAL                            60     17280      35
`,
  );
});

Deno.test("reportStatus() accepts files of servers that say nothing about backends", async () => {
  const { upstreams: _, ...older } = { ...STATUS, pid: Deno.pid, time: new Date().toISOString() };
  const { text } = await inFile(JSON.stringify(older), reportStatus);
  assertEquals(text, statusText({ ...STATUS, pid: Deno.pid }));
});

Deno.test("statusText() shortens numbers, sizes and heartbeats", () => {
  const cases = [
    [0, "0", "0b", "0.0s"],
    [999, "999", "999b", "1.0s"],
    [1000, "1000", "1.0kb", "1.0s"],
    [99_999, "99999", "98kb", "99s"],
    [100_000, "100k", "98kb", "1m"],
    [999_499, "999k", "976kb", "16m"],
    [999_500, "1.0m", "976kb", "16m"],
    [9_950_000, "10m", "9.5mb", "2h"],
  ] as const;
  for (const [value, number, bytes, beat] of cases) {
    const lane = { ...STATUS.lanes[1] as Status["lanes"][0], accepted: value, bytes_in: value };
    const lanes = [{ ...lane, heartbeat_age_ms: value }];
    const cells = statusText({ ...STATUS, lanes }).split("\n")[8]?.trim().split(/ +/);
    assertEquals([cells?.[4], cells?.[6], cells?.[9]], [number, bytes, beat], String(value));
  }
});

Deno.test("statusText() omits the failure without a failed reload, and rows without lanes", () => {
  const text = statusText({ ...STATUS, failed_generation: null, lanes: [] });
  assert(!text.includes("Failed"));
  assertMatch(text, /\nGeneration: 2\n\n LANE .*\nTOTAL .*\n\nClients refused: 0\nLanes: /);
});

Deno.test("statusText() shows the uptime in its two largest units", () => {
  const cases = [
    [0, "0 s"],
    [59.9, "59 s"],
    [60, "1 m 0 s"],
    [3600, "1 h 0 m"],
    [90_061, "1 d 1 h"],
    [-1, "0 s"],
  ] as const;
  for (const [uptime_s, words] of cases) {
    assertMatch(statusText({ ...STATUS, uptime_s }), new RegExp(`\nUptime: +${words}\n`));
  }
});

/** The id of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = new Deno.Command("true").spawn();
  await child.status;
  return child.pid;
}

/**
 * The first line and the exit code for a file of a process that is as old as given, in milliseconds.
 * The seconds that have passed since then do not count in the line.
 */
async function report(age: number, pid: number): Promise<[firstLine: string, exitCode: number]> {
  const time = Date.now() - age;
  const text = JSON.stringify({ ...STATUS, pid, time: new Date(time).toISOString() });
  const report = await inFile(text, reportStatus);
  const most = Math.floor((Date.now() - time) / 1000);
  const least = Math.floor(Math.max(age, 3000) / 1000);
  const line = (report.text.split("\n")[0] ?? "").replace(
    /\b(\d+) s ago$/,
    (found, seconds) =>
      Number(seconds) >= least && Number(seconds) <= most ? `${least} s ago` : found,
  );
  return [line, report.exitCode];
}

Deno.test("reportStatus() says first that a server is gone or silent for 3 seconds, and exits 1", async () => {
  const ended = await endedProcess();
  const gone = (age: string) =>
    `The server is gone: process ${ended} has ended, and wrote this ${age} ago`;
  const silent = (age: string) => `The server is silent: it wrote this ${age} ago`;
  assertEquals(await report(12_300, ended), [gone("12 s"), 1]);
  assertEquals(await report(7_200_000, ended), [gone("2 h 0 m"), 1]);
  assertEquals(await report(12_300, Deno.pid), [silent("12 s"), 1]);
  assertEquals(await report(3001, Deno.pid), [silent("3 s"), 1]);
  assertEquals(await report(0, Deno.pid), ["Mode:       forked", 0]);
  assertEquals(await report(-60_000, Deno.pid), ["Mode:       forked", 0]);
  // It waits until the file is old, in case the process is one of another container.
  assertEquals(await report(2800, ended), [gone("3 s"), 1]);
});

Deno.test("reportStatus() believes a file that is being written, even if it sees no such process", async () => {
  const pid = await endedProcess();
  await inFile("", async (path) => {
    const write = (uptime_s: number) => {
      const text = JSON.stringify({ ...STATUS, pid, uptime_s, time: new Date().toISOString() });
      Deno.writeTextFileSync(`${path}.new`, text);
      Deno.renameSync(`${path}.new`, path);
    };
    write(1);
    let uptime = 1;
    const timer = setInterval(() => write(++uptime), 200);
    const { text, exitCode } = await reportStatus(path);
    clearInterval(timer);
    assertEquals(exitCode, 0);
    assertMatch(text, /^Mode: +forked\n/);
  });
});

Deno.test("reportStatus() ignores unknown keys", async () => {
  const time = new Date().toISOString();
  const status = {
    ...STATUS,
    time,
    totals: { ...STATUS.totals, more: 1 },
    more: {},
    pid: Deno.pid,
  };
  const { text } = await inFile(JSON.stringify(status), reportStatus);
  assertEquals(text, statusText({ ...STATUS, pid: Deno.pid }));
});

Deno.test("statusText() escapes control characters", async () => {
  const nasty = "a\x1b[2J\nb\r\u009b31m\u202ec\x7f";
  const text = statusText({
    ...STATUS,
    mode: nasty,
    service: nasty,
    failed_generation: { generation: 3, reason: nasty },
  });
  const harmless = "a\\x1b[2J\\x0ab\\x0d\\x9b31m\\u{202e}c\\x7f";
  assertEquals(text.split(harmless).length, 4);
  const messages = [
    await refusalOf(nasty),
    await refusalOf(JSON.stringify({ ...STATUS, pid: nasty })),
    await refusalOf(JSON.stringify({ ...STATUS, time: nasty })),
    await refusalOf(JSON.stringify({ ...STATUS, lanes: [{ ...STATUS.lanes[0], state: nasty }] })),
  ];
  for (const printed of [text.replaceAll("\n", ""), ...messages]) {
    // deno-lint-ignore no-control-regex -- control characters are what it looks for
    assert(!/[\x00-\x1f\x7f-\x9f\u202e]/.test(printed), JSON.stringify(printed));
  }
});

Deno.test("reportStatus() exits 78, and says what is wrong and where", async () => {
  assertEquals(await refusalOf(""), "found nothing, expected JSON");
  assertEquals(await refusalOf("4711\n{"), `found "4711\\n{", expected JSON`);
  assertEquals(await refusalOf("4711\n"), "found 4711, expected an object");
  assertEquals(await refusalOf("[]"), "found nothing in time, expected a value");
  const wrong: [change: object, message: string][] = [
    [{ time: "now" }, `found "now" in time, expected a time such as 2026-01-31T12:00:00Z`],
    [{ mode: 5 }, "found 5 in mode, expected a string"],
    [{ pid: "x" }, `found "x" in pid, expected a whole number`],
    [{ generation: 1.5 }, "found 1.5 in generation, expected a whole number"],
    [{ uptime_s: null }, "found null in uptime_s, expected a number"],
    [{ lanes: {} }, "found {} in lanes, expected a list"],
    [{ lanes: [1] }, "found 1 in lanes.0, expected an object"],
    [
      { lanes: [{ ...STATUS.lanes[0], place: "cloud" }] },
      `found "cloud" in lanes.0.place, expected one of here, thread, process`,
    ],
    [{ totals: COUNTS }, "found nothing in totals.crashed, expected a value"],
    [
      { upstreams: [{ ...UPSTREAM, backends: [{ ...BACKEND, state: "free" }] }] },
      `found "free" in upstreams.0.backends.0.state, expected one of up, down, draining`,
    ],
    [
      { upstreams: [{ ...UPSTREAM, backends: [{ ...BACKEND, since: "now" }] }] },
      `found "now" in upstreams.0.backends.0.since, expected a time such as 2026-01-31T12:00:00Z`,
    ],
    [{ failed_generation: 3 }, "found 3 in failed_generation, expected an object"],
  ];
  for (const [change, message] of wrong) {
    assertEquals(await refusalOf(JSON.stringify({ ...STATUS, ...change })), message);
  }
  const endless = JSON.stringify(STATUS).replace("11543.2", "1e999");
  assertMatch(await refusalOf(endless), /in uptime_s, expected a number$/);
});

Deno.test("reportStatus() exits 66 if the file does not exist", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals(await refusal(`${folder}/x`), [
      66,
      `Cannot read the status file "${folder}/x": no such file`,
    ]);
    assertEquals(await refusal(folder), [
      66,
      `Cannot read the status file "${folder}": it is a folder, expected a file`,
    ]);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test({
  name: "reportStatus() exits 77 if permission is denied",
  permissions: { read: false },
  async fn() {
    assertEquals(await refusal("/tmp/sluice-status.json"), [
      77,
      'Cannot read the status file "/tmp/sluice-status.json": the runtime grants no permission, ' +
      "expected --allow-read",
    ]);
  },
});
