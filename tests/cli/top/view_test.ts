import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { actionsOf } from "../../../src/cli/top/keys.ts";
import { ratesBetween, RecentStatuses } from "../../../src/cli/top/rates.ts";
import { type View, viewLines } from "../../../src/cli/top/view.ts";
import type { Snapshot } from "../../../src/ops/status/snapshot.ts";
import { busyStatus } from "../../helpers/busy_status.ts";
import { sampleLane, sampleStatus, sampleTotals } from "../../helpers/sample_status.ts";

const READY = { ready: true, reasons: [] };
const SNAPSHOT: Snapshot = { status: sampleStatus(), readiness: READY, blocked: [] };
const VIEW: View = {
  name: "127.0.0.1:9900",
  snapshot: SNAPSHOT,
  rates: null,
  records: [],
  age: 0,
  problem: null,
  sort: "LANE",
  showsHelp: false,
  message: "",
};
const SIZE = { columns: 80, rows: 24 };

function textOf(view: View, size = SIZE): string {
  return viewLines(view, size).map(({ text }) => text).join("\n");
}

Deno.test("ratesBetween() divides by the time between, and knows another run of the server", () => {
  const before = sampleStatus({
    lanes: [sampleLane({ lane: 0, requests: 100 })],
    totals: sampleTotals({ requests: 100, bytes_in: 50 }),
  });
  const now = sampleStatus({
    time: "2026-11-21T12:00:02.000Z",
    uptime_s: 62,
    lanes: [sampleLane({ lane: 0, requests: 110 }), sampleLane({ lane: 1, requests: 30 })],
    totals: sampleTotals({ requests: 140, bytes_in: 150 }),
  });
  const rates = ratesBetween(before, now);
  assertEquals([rates?.requests, rates?.bytesIn, rates?.bytesOut], [20, 50, 0]);
  assertEquals([...rates?.lanes ?? []], [[0, 5], [1, 15]]);
  assertEquals(ratesBetween(null, now), null);
  assertEquals(ratesBetween({ ...before, pid: 5 }, now), null);
  assertEquals(ratesBetween({ ...before, uptime_s: 99 }, now), null);
  assertEquals(ratesBetween(before, before), null);
});

Deno.test("RecentStatuses.ratesTo() is a mean of some seconds, of one run of the server", () => {
  const recent = new RecentStatuses();
  const rateAt = (second: number, requests: number, pid = 17) =>
    recent.ratesTo(sampleStatus({
      ...{ time: new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString(), pid },
      ...{ uptime_s: second, totals: sampleTotals({ requests }) },
    }))?.requests;
  assertEquals([rateAt(0, 0), rateAt(1, 30), rateAt(2, 30), rateAt(3, 90)], [
    ...[undefined, 30, 15, 30],
  ]);
  assertEquals([rateAt(6, 90), rateAt(30, 114)], [0, 1]);
  assertEquals([rateAt(31, 0, 18), rateAt(32, 5, 18)], [undefined, 5]);
});

Deno.test("viewLines() marks what is down", () => {
  const status = busyStatus(0, {
    dependencies: busyStatus(0).dependencies.map((one) => ({ ...one, state: "down" as const })),
  });
  const lines = viewLines({ ...VIEW, snapshot: { ...SNAPSHOT, status } }, {
    columns: 80,
    rows: 60,
  });
  const marked = lines.filter(({ paint }) => paint === "error").map(({ text }) => text.trim());
  assertEquals(marked.map((text) => text.split(/ +/).slice(0, 2).join(" ")), [
    ...["127.0.0.1:9002 down", "127.0.0.1:9002 down:", "Dependency cache:", "0.6ms"],
  ]);
});

Deno.test("viewLines() fills the screen exactly, however many lanes and records there are", () => {
  const lanes = Array.from({ length: 100 }, (_, lane) => sampleLane({ lane }));
  const records = Array.from({ length: 50 }, (_, number) => ({
    ...{ number, time: "2026-01-31T12:00:00.000Z", level: "error" as const },
    ...{ message: `failure ${number}`, attributes: { n: number } },
  }));
  const crowded = { ...VIEW, records, snapshot: { ...SNAPSHOT, status: sampleStatus({ lanes }) } };
  for (const rows of [10, 24, 60, 200]) {
    for (const view of [VIEW, crowded]) {
      assertEquals(viewLines(view, { columns: 80, rows }).length, rows);
    }
  }
  const text = textOf(crowded);
  assertStringIncludes(text, "more");
  assertStringIncludes(text, "12:00:00 failure 49 n=49");
});

Deno.test("viewLines() says that it waits, that what it shows is old, and why the server is not ready", () => {
  assertStringIncludes(textOf({ ...VIEW, snapshot: null }), "Waiting for 127.0.0.1:9900");
  assertStringIncludes(
    textOf({ ...VIEW, problem: "connection refused", age: 65_000 }),
    "Waiting for the server, gone for 1 m 5 s: connection refused",
  );
  assertStringIncludes(textOf({ ...VIEW, age: 3500 }), "Stale: no word from the server for 3 s");
  assert(!textOf(VIEW).includes("Stale"));
  const readiness = {
    ready: false,
    reasons: [{ code: "upstream_down", message: 'No backend of "api" is up' } as const],
  };
  const snapshot = { ...SNAPSHOT, readiness };
  assertStringIncludes(textOf({ ...VIEW, snapshot }), 'not ready: No backend of "api" is up');
  const starting = { ...snapshot, status: null };
  assertStringIncludes(textOf({ ...VIEW, snapshot: starting }), "Starting, not ready");
  const status = sampleStatus({ log_failure: "/var/log/sluice.log: no room" });
  assertStringIncludes(
    textOf({ ...VIEW, snapshot: { ...SNAPSHOT, status } }),
    "Cannot write /var/log/sluice.log: no room",
  );
  const blocked = [{ lane: 3, for_s: 4.2, connection: "3-7", peer: "10.0.0.1 port 5" }];
  assertStringIncludes(
    textOf({ ...VIEW, snapshot: { ...SNAPSHOT, blocked } }),
    "Lane 3 has been blocked for 4 s, it turned to 10.0.0.1 port 5 last",
  );
});

Deno.test("viewLines() escapes what could control the terminal", () => {
  const status = sampleStatus({ service: "\x1b[2J", crash_loop: "a\nb" });
  const record = {
    ...{ number: 1, time: "2026-01-31T12:00:00.000Z", level: "error" as const },
    ...{ message: "\x1b]0;title\x07", attributes: { "\r": "\x9b" } },
  };
  const view = { ...VIEW, snapshot: { ...SNAPSHOT, status }, records: [record], message: "\x1b" };
  for (const { text } of viewLines(view, SIZE)) {
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x1f\x7f-\x9f]/.test(text), text);
  }
});

Deno.test("viewLines() sorts the lanes by the column of choice, the largest first", () => {
  const lanes = [
    sampleLane({ lane: 0, busy: 0.1, memory: 9, open: 2, loop_delay_ms: 1 }),
    sampleLane({ lane: 1, busy: 0.9, memory: 5, open: 1, loop_delay_ms: 0 }),
    sampleLane({ lane: 2, busy: 0.5, memory: 7, open: 3, loop_delay_ms: 4 }),
  ];
  const snapshot = { ...SNAPSHOT, status: sampleStatus({ lanes }) };
  const rates = {
    ...{ requests: 3, bytesIn: 0, bytesOut: 0 },
    lanes: new Map([[0, 1], [1, 0], [2, 2]]),
  };
  const orders = {
    LANE: [0, 1, 2],
    BUSY: [1, 2, 0],
    "REQ/S": [2, 0, 1],
    OPEN: [2, 0, 1],
    MEMORY: [0, 2, 1],
    DELAY: [2, 0, 1],
  } as const;
  for (const [sort, order] of Object.entries(orders)) {
    const text = textOf({ ...VIEW, snapshot, rates, sort: sort as keyof typeof orders });
    assertEquals(
      [...text.matchAll(/^ +(\d) +ready/gm)].map(([, lane]) => Number(lane)),
      order,
      sort,
    );
    assertStringIncludes(text, `*${sort}`);
  }
});

Deno.test("actionsOf() knows the keys, and takes an escape sequence for one other key", () => {
  assertEquals(actionsOf("sq+-=h?ry"), [
    ...["sort", "quit", "more", "fewer", "more", "help", "help", "reload", "yes"] as const,
  ]);
  assertEquals(actionsOf("\x1b[A\x1b[1;5Cz\x1bOs"), ["other", "other", "other", "other"]);
});
