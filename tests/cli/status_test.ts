import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { statusText } from "../../src/cli/status.ts";
import type { Status } from "../../src/ops/status.ts";

const NOW = Date.parse("2026-01-31T12:00:00.000Z");

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
};

const STATUS: Status = {
  time: "2026-01-31T11:59:59.500Z",
  mode: "forked",
  service: "echo",
  pid: 4711,
  uptime_s: 11_543.2,
  generation: 2,
  failed_generation: { generation: 3, reason: "Cannot load app.ts" },
  lanes: [
    {
      ...COUNTS,
      lane: 7,
      place: "process",
      state: "ready",
      generation: 2,
      pid: 4712,
      heartbeat_age_ms: 12.4,
      busy: 0.354,
    },
    {
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
    },
  ],
  totals: { ...COUNTS, accepted: 1_000_000, crashed: 1, hung: 0, recycled: 3 },
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

function show(status: Status): Promise<string> {
  return inFile(JSON.stringify(status), (path) => statusText(path, NOW));
}

async function refusal(path: string): Promise<[code: number, message: string]> {
  const error: ExitError = await assertRejects(() => statusText(path), ExitError);
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

Deno.test("statusText() has a head, a table of the lanes, and their totals", async () => {
  assertEquals(
    await show(STATUS),
    `\
Mode:       forked
Service:    echo
Process:    4711
Uptime:     3 h 12 m
Generation: 2
Failed:     3, Cannot load app.ts

 LANE  PLACE    STATE     GEN   PID  OPEN  ACCEPTED  REQUESTS     IN       OUT  REFUSED  ERRORS  HEARTBEAT  BUSY
    7  process  ready       2  4712     1        20       300  1023b     1.5kb        0       2       12ms   35%
   12  thread   draining    1  4713     1        20       300  1.0mb  5120.0tb        0       2     1500ms  100%
TOTAL                                   1   1000000       300  1023b     1.5kb        0       2

Lanes: 1 crashed, 0 hung, 3 recycled
`,
  );
});

Deno.test("statusText() omits the failure without a failed reload, and rows without lanes", async () => {
  const text = await show({ ...STATUS, failed_generation: null, lanes: [] });
  assert(!text.includes("Failed"));
  assertMatch(text, /\nGeneration: 2\n\n LANE .*\nTOTAL .*\n\nLanes: /);
});

Deno.test("statusText() shows the uptime in its two largest units", async () => {
  const cases = [
    [0, "0 s"],
    [59.9, "59 s"],
    [60, "1 m 0 s"],
    [3600, "1 h 0 m"],
    [90_061, "1 d 1 h"],
    [-1, "0 s"],
  ] as const;
  for (const [uptime_s, words] of cases) {
    assertMatch(await show({ ...STATUS, uptime_s }), new RegExp(`\nUptime: +${words}\n`));
  }
});

Deno.test("statusText() begins with the age of a file older than 5 seconds", async () => {
  const firstLine = async (age: number) => {
    const text = await show({ ...STATUS, time: new Date(NOW - age).toISOString() });
    return text.split("\n")[0];
  };
  assertEquals(await firstLine(12_300), "Written 12 s ago: the server may be gone");
  assertEquals(await firstLine(5001), "Written 5 s ago: the server may be gone");
  assertEquals(await firstLine(7_200_000), "Written 2 h 0 m ago: the server may be gone");
  assertEquals(await firstLine(5000), "Mode:       forked");
  assertEquals(await firstLine(-60_000), "Mode:       forked");
  const text = await inFile(JSON.stringify(STATUS), statusText);
  assertMatch(text, /^Written \d+ .* ago: /);
});

Deno.test("statusText() ignores unknown keys", async () => {
  const more = { ...STATUS, totals: { ...STATUS.totals, more: 1 }, more: {} };
  assertEquals(await show(more), await show(STATUS));
});

Deno.test("statusText() escapes control characters", async () => {
  const nasty = "a\x1b[2J\nb\r\u009b31m\u202ec\x7f";
  const text = await show({
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

Deno.test("statusText() exits 78, and says what is wrong and where", async () => {
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
    [{ failed_generation: 3 }, "found 3 in failed_generation, expected an object"],
  ];
  for (const [change, message] of wrong) {
    assertEquals(await refusalOf(JSON.stringify({ ...STATUS, ...change })), message);
  }
  const endless = JSON.stringify(STATUS).replace("11543.2", "1e999");
  assertMatch(await refusalOf(endless), /in uptime_s, expected a number$/);
});

Deno.test("statusText() exits 66 if the file does not exist", async () => {
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
  name: "statusText() exits 77 if permission is denied",
  permissions: { read: false },
  async fn() {
    assertEquals(await refusal("/tmp/sluice-status.json"), [
      77,
      'Cannot read the status file "/tmp/sluice-status.json": requires read access to ' +
      '"/tmp/sluice-status.json", run again with the --allow-read flag',
    ]);
  },
});
