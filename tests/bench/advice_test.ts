import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { advise } from "../../src/bench/advice.ts";
import type { BenchOptions, Case, Run, Subject } from "../../src/bench/report.ts";
import { summarize } from "../../src/bench/summary.ts";
import { Random } from "../../src/load/random.ts";
import { type Figures, makeReport, makeRun } from "../helpers/bench_report.ts";

const MB = 1024 ** 2;

/** A measurement in the closed model. */
const OPTIONS: BenchOptions = { ...makeReport().options, workload: "cpu", connections: [64] };

/** What a case comes to; runs are 1% apart. */
interface Sketch {
  readonly rate?: number;
  readonly p99?: number;
  readonly memory?: number;
  readonly rest?: number;
  readonly threads?: number;
  readonly cpu?: number;
  readonly balance?: number;
  readonly errors?: Run["errors"];
  readonly changes?: Partial<Run>;
  readonly runs?: number;
}

function subjectOf(name: string): Subject {
  const [mode = name, workers] = name.split(", ");
  return { name, kind: "mode", mode, workers: workers === undefined ? null : parseInt(workers) };
}

function peer(name: string): Subject {
  return { name, kind: "peer", mode: null, workers: null };
}

function caseOf(subject: string | Subject, connections: number, sketch: Sketch): Case {
  const { rate, p99, memory, rest, threads, cpu, balance, errors = {}, changes } = sketch;
  const scales = [1, 0.99, 1.01].slice(0, sketch.runs ?? 3);
  const runs = scales.map((scale) => {
    const figures: Partial<Record<keyof Figures, number | null>> = {
      rate: rate === undefined ? null : rate * scale,
      p99_ms: p99 === undefined ? null : p99 * scale,
      errors: Object.values(errors).reduce((sum, count) => sum + count, 0),
      peak_bytes: memory === undefined ? null : memory * MB,
      rest_bytes: rest === undefined ? null : rest * MB,
      threads: threads ?? null,
      user_us: cpu === undefined ? null : cpu * scale * 0.75,
      system_us: cpu === undefined ? null : cpu * scale * 0.25,
      balance: balance ?? null,
    };
    return makeRun(figures as Figures, { errors, ...changes });
  });
  const whole = typeof subject === "string" ? subjectOf(subject) : subject;
  return { subject: whole, connections, runs, summary: summarize(runs) };
}

function adviceOf(cases: readonly Case[], changes: Partial<BenchOptions> = {}): string[] {
  return advise(cases, { ...OPTIONS, ...changes });
}

/** Requests that compute, on two processors. */
const COMPUTING = [
  caseOf("single", 64, { rate: 198, p99: 350, memory: 50, threads: 6, cpu: 5000 }),
  caseOf("async", 64, { rate: 199, p99: 340, memory: 52, threads: 6, cpu: 5000 }),
  caseOf("threaded", 64, { rate: 388, p99: 176, memory: 320, threads: 70, cpu: 5060 }),
  caseOf("pooled, 2", 64, { rate: 395, p99: 171, memory: 76, threads: 10, cpu: 5040 }),
  caseOf("forked, 2", 64, { rate: 385, p99: 173, memory: 148, threads: 18, cpu: 5020 }),
];

/** Requests that wait, and 64 threads of which each serves one client. */
const WAITING = [
  caseOf("async", 1000, { rate: 45_000, p99: 25.4, memory: 71, threads: 6, cpu: 21 }),
  caseOf("threaded", 1000, {
    ...{ rate: 3_100, p99: 11_002, memory: 310, threads: 70, cpu: 30 },
    errors: { unanswered: 936 },
  }),
  caseOf("pooled, 2", 1000, { rate: 46_000, p99: 25.1, memory: 95, threads: 10, cpu: 25 }),
];

Deno.test("advise() names those that share the lead, their factor over async, and the cheapest", () => {
  assertEquals(adviceOf(COMPUTING), [
    "With 64 connections, `pooled`, `threaded` and `forked` answer the most: 395/s, 388/s and " +
    "385/s, no difference between them beyond the spread of the runs. That is 1.9 to 2.0 times " +
    "the 199/s of `async`. Their p99 of 171 ms, 176 ms and 173 ms is 1.9 to 2.0 times lower than " +
    "the 340 ms of `async`. `single` answers 198/s, not different from `async` beyond the spread " +
    "of the runs.",
    "Beside `async`, `pooled` takes 24.0 MB more memory and 4 more threads; `threaded` takes " +
    "268.0 MB more memory and 64 more threads; `forked` takes 96.0 MB more memory and 12 more " +
    "threads.",
    "Choose `pooled`: it takes the least memory of them (76.0 MB).",
  ]);
});

Deno.test("advise() prefers the cheaper mode where a gain is within the spread, and tells who was left", () => {
  assertEquals(adviceOf(WAITING), [
    "With 1,000 connections, `pooled` and `async` answer the most: 46,000/s and 45,000/s, no " +
    "difference between them beyond the spread of the runs. That is 15 times the 3,100/s of " +
    "`threaded`. Their p99 of 25.1 ms and 25.4 ms is 430 to 440 times lower than the 11,002 ms " +
    "of `threaded`. `threaded` left 936 clients unanswered.",
    "Beside `async`, `pooled` takes 24.0 MB more memory, 4.0 us more CPU for a request and 4 more " +
    "threads.",
    "Choose `async`: it takes the least memory of them (71.0 MB), and the gain of `pooled` is " +
    "within the spread of the runs.",
  ]);
});

Deno.test("advise() claims nothing where all modes are alike", () => {
  const cost = { memory: 52, threads: 6, cpu: 5000 };
  const cases = [
    caseOf("single", 64, { rate: 199, p99: 342, ...cost }),
    caseOf("async", 64, { rate: 199.5, p99: 341, ...cost }),
    caseOf("pooled, 2", 64, { rate: 200, p99: 340, ...cost }),
  ];
  assertEquals(adviceOf(cases), [
    "With 64 connections, no mode is ahead: `pooled`, `async` and `single` answer 200/s, 200/s " +
    "and 199/s, no difference beyond the spread of the runs. Nor does their p99 differ: 340 ms, " +
    "341 ms and 342 ms.",
    "Beside `async`, `pooled` costs as much within the spread of the runs; `single` costs as much " +
    "within the spread of the runs.",
    "Choose `pooled`: they cost as much within the spread of the runs.",
  ]);
});

Deno.test("advise() compares the only subject with nothing", () => {
  assertEquals(
    adviceOf([caseOf("async", 1, { rate: 45_000, p99: 0.3, memory: 61, threads: 6, cpu: 20.1 })]),
    [
      "With 1 connection, `async` answers 45,000/s with a p99 of 0.3 ms. It takes 61.0 MB of memory " +
      "at most, 20.1 us of CPU for a request and 6 threads. There is no other mode to compare it " +
      "with.",
    ],
  );
  assertEquals(adviceOf([caseOf("async", 1, { rate: 0 })]), [
    "With 1 connection, `async` answers 0/s. There is no other mode to compare it with.",
  ]);
});

Deno.test("advise() does not call a mode best without its failures, nor recommend it", () => {
  const cases = [
    caseOf("async", 64, { rate: 6000, p99: 12, memory: 52 }),
    caseOf("pooled, 2", 64, {
      rate: 8000,
      p99: 9,
      memory: 76,
      errors: { "status 503": 900, reset: 1 },
    }),
    caseOf("threaded", 64, { rate: 7000, p99: 9, memory: 90 }),
  ];
  const [lead, , choice] = adviceOf(cases);
  assertEquals(
    lead,
    "With 64 connections, `pooled` answers the most: 8,000/s. But `pooled` failed 901 requests " +
      "(900 status 503, 1 reset). That is 1.3 times the 6,000/s of `async`. Its p99 of 9 ms is 1.3 " +
      "times lower than the 12 ms of `async`. `threaded` answers 7,000/s, 17% more than `async`.",
  );
  assertEquals(
    choice,
    "Choose `threaded`: `pooled` failed requests, and of the others none is ahead of it.",
  );
});

Deno.test("advise() takes the sound one of those that share the lead", () => {
  const cases = [
    caseOf("async", 64, { rate: 6000, memory: 52, errors: { unanswered: 1 } }),
    caseOf("pooled, 2", 64, { rate: 6050, memory: 76 }),
  ];
  const advice = adviceOf(cases);
  assertStringIncludes(advice.join(" "), "But `async` left 1 client unanswered.");
  assertEquals(advice.at(-1), "Choose `pooled`: `async` failed requests.");
});

Deno.test("advise() recommends no mode that answers nothing over one that fails", () => {
  const cases = [
    caseOf("async", 64, { rate: 100, errors: { reset: 50 } }),
    caseOf("threaded", 64, { rate: 0 }),
  ];
  assertEquals(
    adviceOf(cases).at(-1),
    "None is recommended: all of them failed requests, or answered none.",
  );
});

Deno.test("advise() recommends none where each failed requests", () => {
  const cases = ["async", "threaded"].map((name) =>
    caseOf(name, 64, { rate: 100, errors: { unanswered: 5 } })
  );
  assertEquals(
    adviceOf(cases).at(-1),
    "None is recommended: all of them failed requests, or answered none.",
  );
});

Deno.test("advise() tells failures of some runs apart, and lets few of many requests pass", () => {
  const runs = caseOf("pooled, 2", 64, { rate: 9000, memory: 76 }).runs.map((run, i) =>
    i === 0 ? { ...run, errors: { reset: 1 } } : run
  );
  const some = { ...caseOf("pooled, 2", 64, {}), runs, summary: summarize(runs) };
  const advice = adviceOf([caseOf("async", 64, { rate: 6000, memory: 52 }), some]);
  assertStringIncludes(advice.join(" "), "But in 1 of 3 runs, `pooled` failed 1 request (reset).");
  assertEquals(advice.at(-1), "Choose `pooled`: no other mode answers as much.");
});

Deno.test("advise() says that no request was answered", () => {
  const cases = ["async", "pooled, 2"].map((name) => caseOf(name, 64, { rate: 0, memory: 50 }));
  assertEquals(adviceOf(cases), ["With 64 connections, no mode answered a request."]);
});

Deno.test("advise() points to the mode with a lower p99 than that of the choice", () => {
  const cases = [
    caseOf("async", 64, { rate: 6000, p99: 12, memory: 52 }),
    caseOf("pooled, 2", 64, { rate: 6050, p99: 6, memory: 76 }),
  ];
  assertEquals(
    adviceOf(cases).at(-1),
    "Choose `async`: it takes the least memory of them (52.0 MB), and the gain of `pooled` is " +
      "within the spread of the runs. Where p99 counts for more, `pooled` is ahead: its p99 of 6 ms " +
      "is 2.0 times lower than the 12 ms of `async`.",
  );
});

Deno.test("advise() goes by CPU, then by threads, where memory does not decide", () => {
  const cost = { rate: 100, memory: 52 };
  const choice = (pooled: Sketch, forked: Sketch) =>
    adviceOf([
      caseOf("pooled, 2", 64, { ...cost, ...pooled }),
      caseOf("forked, 2", 64, { ...cost, ...forked }),
      caseOf("threaded", 64, { ...cost, memory: 99, cpu: 1, threads: 1 }),
    ]).at(-1);
  assertEquals(
    choice({ cpu: 30, threads: 6 }, { cpu: 20, threads: 9 }),
    "Choose `forked`: `pooled` and `forked` take the least memory, and it takes the least CPU for " +
      "a request of them (20.0 us).",
  );
  assertEquals(
    choice({ cpu: 20, threads: 6 }, { cpu: 20, threads: 9 }),
    "Choose `pooled`: `pooled` and `forked` take the least memory and CPU, and it takes the fewest " +
      "threads of them (6).",
  );
});

Deno.test("advise() begins with who keeps a rate without failures, then goes by p99", () => {
  const cases = [
    caseOf("single", 64, { rate: 1_100, p99: 9_000, memory: 50, errors: { unanswered: 80_000 } }),
    caseOf("async", 64, { rate: 9_990, p99: 12, memory: 52 }),
    caseOf("pooled, 2", 64, { rate: 10_000, p99: 4, memory: 76 }),
    caseOf("forked, 2", 64, { rate: 10_000, p99: 3, memory: 148, errors: { reset: 3 } }),
  ];
  assertEquals(adviceOf(cases, { rate: 10_000 }), [
    "With 64 connections, `async` and `pooled` keep the rate of 10,000/s; `single` answers 1,100/s " +
    "of it (11%); `forked` keeps it, but not without failures. Of these, `pooled` has the lowest " +
    "p99: 4 ms. That is 3.0 times lower than the 12 ms of `async`. `single` left 80,000 requests " +
    "unanswered. `forked` failed 3 requests (reset).",
    "Beside `async`, `pooled` takes 24.0 MB more memory.",
    "Choose `pooled`: no other mode that keeps the rate has so low a p99.",
  ]);
});

Deno.test("advise() chooses the only mode that keeps a rate, and compares by throughput where none does", () => {
  const cases = [
    caseOf("async", 64, { rate: 6_000, p99: 1_200, memory: 52 }),
    caseOf("pooled, 2", 64, { rate: 9_899, p99: 400, memory: 76 }),
  ];
  const [one, , choice] = adviceOf(cases, { rate: 9_900 });
  assertEquals(
    one,
    "With 64 connections, `pooled` keeps the rate of 9,900/s; `async` answers 6,000/s of it (60%). " +
      "Its p99 is 400 ms.",
  );
  assertEquals(choice, "Choose `pooled`: no other mode keeps the rate.");
  assertEquals(
    adviceOf(cases.slice(0, 1), { rate: 9_900 })[0],
    "With 64 connections, `async` answers 6,000/s of the rate of 9,900/s (60%) with a p99 of 1,200 ms. It takes 52.0 MB of memory at most. There is no other mode to " +
      "compare it with.",
  );
  const [none] = adviceOf(cases, { rate: 10_000 });
  assertEquals(
    none,
    "With 64 connections, no mode keeps the rate of 10,000/s; `pooled` answers the most: 9,899/s. " +
      "That is 1.6 times the 6,000/s of `async`. Its p99 of 400 ms is 3.0 times lower than the 1,200 " +
      "ms of `async`.",
  );
});

Deno.test("advise() sets the best mode beside each peer", () => {
  const peers = [
    caseOf(peer("nginx"), 64, { rate: 396, p99: 100, cpu: 50 }),
    caseOf(peer("node"), 64, { rate: 180, p99: 380, cpu: 5030, errors: { reset: 1 } }),
  ];
  const advice = adviceOf([...COMPUTING, ...peers]);
  assertEquals(advice.slice(0, 3), adviceOf(COMPUTING));
  assertEquals(advice.slice(3), [
    "Beside nginx, `pooled` answers as much within the spread of the runs (395/s against 396/s), " +
    "has a p99 that is 1.7 times as high (171 ms against 100 ms) and takes 100 times as much CPU " +
    "for a request (5,040 us against 50.0 us).",
    "Beside node, `pooled` answers 2.2 times as much (395/s against 180/s), has a p99 that is 2.2 times lower (171 ms against 380 ms) and takes as " +
    "much CPU for a request within the spread of the runs (5,040 us against 5,030 us). node failed " +
    "1 request (reset).",
  ]);
  assertEquals(adviceOf(peers)[0], "No mode was measured.");
});

Deno.test("advise() says how modes scale, and where the verdict changes", () => {
  const few = [
    caseOf("async", 1, { rate: 2_000, memory: 50 }),
    caseOf("threaded", 1, { rate: 2_300, memory: 60 }),
    caseOf("pooled, 2", 1, { rate: 1_990, memory: 70 }),
  ];
  const some = [
    caseOf("async", 64, { rate: 52_000, memory: 71 }),
    caseOf("threaded", 64, { rate: 9_000, memory: 100 }),
    caseOf("pooled, 2", 64, { rate: 46_500, memory: 95 }),
  ];
  assertEquals(adviceOf([...WAITING, ...few, ...some]).slice(3), [
    "From 1 to 1,000 connections, `async` goes from 2,000/s to 45,000/s (23 times as much, with a " +
    "peak of 52,000/s with 64 connections), `threaded` from 2,300/s to 3,100/s (1.3 times as much, " +
    "with a peak of 9,000/s with 64 connections) and `pooled` from 1,990/s to 46,000/s (23 times as " +
    "much).",
    "With 1 connection the verdict is another: `threaded` answers the most: 2,300/s; the choice is " +
    "`threaded`. With 64 connections the verdict is another: `async` answers the most: 52,000/s; " +
    "the choice stays `async`.",
  ]);
});

Deno.test("advise() says that the verdict is the same, and whose failures are those of fewer connections", () => {
  const few = COMPUTING.map((one) => ({ ...one, connections: 8 }));
  const failing = caseOf("forked, 2", 8, {
    rate: 390,
    p99: 170,
    memory: 148,
    errors: { reset: 1 },
  });
  const advice = adviceOf([...few.slice(0, -1), failing, ...COMPUTING]);
  assertEquals(advice.slice(-2), [
    "With 8 connections the verdict is the same.",
    "With 8 connections, `forked` failed 1 request (reset).",
  ]);
});

Deno.test("advise() judges the number of connections that all modes were measured with", () => {
  const cut = caseOf("async", 1000, { rate: 250, memory: 52 });
  assertEquals(adviceOf([...COMPUTING, cut]).slice(0, 3), adviceOf(COMPUTING));
});

Deno.test("advise() says what could not be compared and why, and recommends none over it", () => {
  const changes = { limited: "The load generator ran 99% of the time" };
  const cases = [
    caseOf("async", 64, { rate: 6000, memory: 52 }),
    caseOf("threaded", 64, { rate: 3000, memory: 99 }),
    caseOf("pooled, 2", 64, { memory: 76, changes }),
  ];
  assertEquals(adviceOf(cases), [
    "With 64 connections, of the modes that could be compared, `async` answers the most: 6,000/s. " +
    "That is 2.0 times the 3,000/s of `threaded`.",
    "`async` takes 52.0 MB of memory at most.",
    "None is recommended: `pooled`, which could not be compared, may be ahead.",
    "With 64 connections `pooled` could not be compared: the load generator ran 99% of the time.",
  ]);
  assertEquals(
    adviceOf([cases[0], cases[2]].filter((one) => one !== undefined))[0],
    "With 64 connections, `async` answers 6,000/s. It takes 52.0 MB of memory at most. There are " +
      "no figures to compare it with.",
  );
  assertEquals(adviceOf(cases.slice(2)), [
    "With 64 connections, nothing could be compared.",
    "With 64 connections `pooled` could not be compared: the load generator ran 99% of the time.",
  ]);
});

Deno.test("advise() says which runs are left out where others have figures", () => {
  const runs = caseOf("pooled, 2", 64, { rate: 9000 }).runs.map((run, i) =>
    i === 0 ? makeRun({}, { limited: "busy." }) : run
  );
  const some = { ...caseOf("pooled, 2", 64, {}), runs, summary: summarize(runs) };
  assertEquals(
    adviceOf([some]).at(-1),
    "With 64 connections the figures of `pooled` leave out 1 of 3 runs: busy.",
  );
});

Deno.test("advise() names an imbalance of workers below 80%", () => {
  const cases = [
    caseOf("pooled, 2", 64, { rate: 9000, balance: 0.62 }),
    caseOf("pooled, 4", 64, { rate: 9000, balance: 0.7 }),
    caseOf("forked, 2", 64, { rate: 6000, balance: 0.8 }),
  ];
  assertEquals(
    adviceOf(cases).at(-1),
    "With 64 connections the workers of `pooled` with 2 workers and `pooled` with 4 workers did not " +
      "share alike: the one with fewest requests had 62% and 70% of those of the one with most.",
  );
});

Deno.test("advise() goes by the memory of a connection where connections are idle", () => {
  const cases = [
    caseOf("async", 10_000, { rate: 100, rest: 40, memory: 90, threads: 6 }),
    caseOf("pooled, 2", 10_000, { rate: 100, rest: 50, memory: 101, threads: 10 }),
    caseOf("forked, 2", 10_000, { rate: 100, rest: 90, memory: 160, threads: 18 }),
  ];
  assertEquals(adviceOf(cases, { workload: "idle", rate: 100 }), [
    "With 10,000 connections, a connection takes the least memory in `async` and `pooled`: 5.1 KB " +
    "and 5.2 KB, no difference between them beyond the spread of the runs. That is 1.4 times less " +
    "than the 7.2 KB of `forked`.",
    "Beside `async`, `pooled` takes 11.0 MB more memory and 4 more threads.",
    "Choose `async`: it takes the least memory of them (90.0 MB).",
  ]);
  assertStringIncludes(
    adviceOf(cases.slice(0, 1), { workload: "idle" })[0] ?? "",
    "With 10,000 connections, a connection takes 5.1 KB of memory in `async`.",
  );
});

Deno.test("advise() tells numbers of workers apart where a mode has several", () => {
  const cases = [1, 2].map((workers) =>
    caseOf(`pooled, ${workers}`, 64, { rate: 200 * workers, memory: 60 + 10 * workers })
  );
  assertEquals(
    adviceOf(cases)[0],
    "With 64 connections, `pooled` with 2 workers answers the most: 400/s. That is 2.0 times the " +
      "200/s of `pooled` with 1 worker.",
  );
});

Deno.test("advise() claims of each of the leaders only what its own runs show", () => {
  const withRates = (name: string, rates: readonly number[]): Case => {
    const runs = rates.map((rate) => makeRun({ rate }));
    return { subject: subjectOf(name), connections: 64, runs, summary: summarize(runs) };
  };
  const cases = [
    withRates("async", [358, 360, 362]),
    withRates("threaded", [384, 385, 386]),
    withRates("pooled, 2", [380, 400, 420]),
    withRates("forked, 2", [361, 370, 381]),
  ];
  assertEquals(
    adviceOf(cases)[0],
    "With 64 connections, `pooled`, `threaded` and `forked` answer the most: 400/s, 385/s and " +
      "370/s; none differs from the first beyond the spread of the runs. That is 7 to 11% more " +
      "than the 360/s of `async` for `pooled` and `threaded`, and not different from the 360/s of " +
      "`async` beyond the spread of the runs for `forked`.",
  );
});

Deno.test("advise() speaks of percent below a factor of 1.2", () => {
  const cases = [
    caseOf("async", 64, { rate: 1000, p99: 10 }),
    caseOf("pooled, 2", 64, { rate: 1150, p99: 9 }),
  ];
  assertEquals(
    adviceOf(cases)[0],
    "With 64 connections, `pooled` answers the most: 1,150/s. That is 15% more than the 1,000/s of " +
      "`async`. Its p99 of 9 ms is 10% lower than the 10 ms of `async`.",
  );
});

Deno.test("advise() sets those that are not ahead beside async, above and below it", () => {
  const cases = [
    caseOf("async", 8, { rate: 195, p99: 72 }),
    caseOf("pooled, 2", 8, { rate: 381, p99: 46 }),
    caseOf("threaded", 8, { rate: 363, p99: 29 }),
    caseOf("single", 8, { rate: 50, p99: 300 }),
  ];
  const [lead = ""] = adviceOf(cases);
  assertStringIncludes(
    lead,
    "`threaded` answers 363/s, 1.9 times as much as `async`. " +
      "`single` answers 50/s, 3.9 times less than `async`.",
  );
});

Deno.test("advise() hints at what makes the figures less sure", () => {
  const generator = { busy: 0.83, waiting: 0.34, of_ceiling: 0.91 };
  const one = caseOf("async", 64, { rate: 85_000, runs: 1, changes: { generator } });
  assertEquals(advise([one], OPTIONS).slice(1), [
    "Each figure is of one run, whose spread is not known, so less than 5% is not called a " +
    "difference; more runs would tell more. In one run the load generator ran 83% of the time: " +
    "what is much faster cannot be measured here. The load generator waited for a processor up to 34% of the time, so what uses all processors " +
    "is understated; `sluice load` can load a server from another machine.",
  ]);
  const runs = [70, 100, 110].map((rate) => makeRun({ rate }));
  const wide = { ...one, runs, summary: summarize(runs) };
  assertEquals(
    adviceOf([wide]).at(-1),
    "Runs are far apart for `async` (±20%): longer runs, or more of them, would tell more.",
  );
});

Deno.test("advise() says that nothing was measured", () => {
  assertEquals(adviceOf([]), ["Nothing was measured."]);
  assertEquals(adviceOf([{ ...caseOf("async", 64, {}), runs: [] }]), ["Nothing was measured."]);
});

Deno.test("advise() writes whole sentences of numbers that are there, whatever is missing", () => {
  const random = new Random(7);
  const known = (most: number) => random.percent(15) ? 0 : random.below(100 * most) / 100;
  const names = ["single", "async", "threaded", "pooled, 2", "pooled, 4", "forked, 2"];
  for (let round = 0; round < 500; round++) {
    const cases = [1, 64, 1000].filter(() => random.percent(60)).flatMap((connections) =>
      [...names.filter(() => random.percent(60)), peer("nginx")].map((name) => {
        const figures = Object.entries({
          ...{ rate: known(1000), p99: known(10), memory: known(50), rest: known(50) },
          ...{ threads: random.below(20), cpu: known(30), balance: known(1) },
        });
        return caseOf(name, connections, {
          ...Object.fromEntries(figures.filter(() => random.percent(70))),
          ...(random.percent(30) ? { errors: { unanswered: 3, reset: 1 } } : {}),
          changes: { limited: random.percent(10) ? "busy" : null },
        });
      })
    );
    for (const text of adviceOf(cases, [{}, { rate: 500 }, { workload: "idle" }][round % 3])) {
      assertMatch(text, /^[A-Zn`1-9].*\.$/);
      assertNotMatch(text.replaceAll("nginx", ""), /\. [a-z]/);
      assertNotMatch(text, /NaN|Infinity|undefined|null|-| {2}|\.\.| [,.;:)]|[(] /);
    }
  }
});
