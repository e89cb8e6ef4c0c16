import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { advise } from "../../src/bench/advice.ts";
import type { Verdict } from "../../src/bench/advice/verdict.ts";
import type { BenchOptions, Case, Run, Subject } from "../../src/bench/report.ts";
import { summarize } from "../../src/bench/summary.ts";
import { Random } from "../../src/load/random.ts";
import { type Figures, makeReport, makeRun } from "../helpers/bench_report.ts";

const MB = 1024 ** 2;

/** A measurement in the closed model. */
const OPTIONS: BenchOptions = { ...makeReport().options, workload: "cpu", connections: [64] };

/** The figures of a case; its runs are 1% apart. */
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

function caseOf(subject: string | Subject, sketch: Sketch, connections = 64): Case {
  const { rate, p99, memory, rest, threads, cpu, balance, errors = {}, changes } = sketch;
  const runs = [1, 0.99, 1.01].slice(0, sketch.runs ?? 3).map((scale) => {
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
  return withRuns(whole, runs, connections);
}

function withRuns(subject: Subject, runs: readonly Run[], connections = 64): Case {
  return { subject, connections, runs, summary: summarize(runs) };
}

function adviceOf(cases: readonly Case[], changes: Partial<BenchOptions> = {}): Verdict[] {
  return advise(cases, { ...OPTIONS, ...changes });
}

/** The recommendation: which verdict it is, and the names of the cases that it is about. */
function recommended(cases: readonly Case[], changes: Partial<BenchOptions> = {}): string[] {
  const [first] = adviceOf(cases, changes);
  return [first?.id ?? "", ...namesOf(first)];
}

/** The verdicts of one kind: the names of the cases that each is about. */
function found(
  id: string,
  cases: readonly Case[],
  changes: Partial<BenchOptions> = {},
): string[][] {
  return adviceOf(cases, changes).filter((verdict) => verdict.id === id).map(namesOf);
}

/** The sentences of the verdicts of one kind. */
function textOf(id: string, cases: readonly Case[], changes: Partial<BenchOptions> = {}): string {
  const verdicts = adviceOf(cases, changes).filter((verdict) => verdict.id === id);
  return verdicts.map(({ text }) => text).join(" ");
}

function namesOf(verdict: Verdict | undefined): string[] {
  return verdict?.about.map(({ subject }) => subject.name) ?? [];
}

/** Requests that compute, on two processors. */
const COMPUTING = [
  caseOf("single", { rate: 198, p99: 350, memory: 50, threads: 6, cpu: 5000 }),
  caseOf("async", { rate: 199, p99: 340, memory: 52, threads: 6, cpu: 5000 }),
  caseOf("threaded", { rate: 388, p99: 176, memory: 320, threads: 70, cpu: 5060 }),
  caseOf("pooled, 2", { rate: 395, p99: 171, memory: 76, threads: 10, cpu: 5040 }),
  caseOf("forked, 2", { rate: 385, p99: 173, memory: 148, threads: 18, cpu: 5020 }),
];

/** Requests that wait, and 64 threads that serve one client each. */
const WAITING = [
  caseOf("async", { rate: 45_000, p99: 25.4, memory: 71, cpu: 21 }, 1000),
  caseOf("threaded", { rate: 3_100, p99: 11_002, errors: { unanswered: 936 } }, 1000),
  caseOf("pooled, 2", { rate: 46_000, p99: 25.1, memory: 95, cpu: 25 }, 1000),
];

Deno.test("advise() recommends the only mode that is ahead", () => {
  const cases = [
    caseOf("async", { rate: 1000, memory: 52 }),
    caseOf("pooled, 2", { rate: 1150, memory: 76 }),
  ];
  assertEquals(recommended(cases), ["winner", "pooled, 2"]);
});

Deno.test("advise() recommends the cheapest of those that share the lead", () => {
  assertEquals(recommended(COMPUTING), ["cheapest", "pooled, 2", "threaded", "forked, 2"]);
  assertEquals(recommended(WAITING), ["cheapest", "async", "pooled, 2"]);
});

Deno.test("advise() goes by memory, then by CPU time, then by threads", () => {
  const choice = (pooled: Sketch, forked: Sketch) =>
    recommended([
      caseOf("pooled, 2", { rate: 100, memory: 52, ...pooled }),
      caseOf("forked, 2", { rate: 100, memory: 52, ...forked }),
      caseOf("threaded", { rate: 100, memory: 99, cpu: 1, threads: 1 }),
    ])[1];
  assertEquals(choice({ cpu: 30, threads: 6 }, { cpu: 20, threads: 9 }), "forked, 2");
  assertEquals(choice({ cpu: 20, threads: 6 }, { cpu: 20, threads: 9 }), "pooled, 2");
});

Deno.test("advise() prefers none where neither speed nor cost differs, but any to single", () => {
  const cost = { memory: 52, threads: 6, cpu: 5000 };
  const cases = [
    caseOf("single", { rate: 201, p99: 342, ...cost }),
    caseOf("async", { rate: 199.5, p99: 341, ...cost }),
    caseOf("pooled, 2", { rate: 200, p99: 340, ...cost }),
  ];
  assertEquals(recommended(cases), ["toss-up", "pooled, 2", "single", "async"]);
});

Deno.test("advise() has nothing to compare the only mode with", () => {
  assertEquals(recommended([caseOf("async", { rate: 45_000 })]), ["only-mode", "async"]);
});

Deno.test("advise() says that nothing was measured, or no mode", () => {
  assertEquals(recommended([]), ["nothing-measured"]);
  assertEquals(recommended([{ ...caseOf("async", {}), runs: [] }]), ["nothing-measured"]);
  assertEquals(recommended([caseOf(peer("nginx"), { rate: 1 })]), ["nothing-compared"]);
});

Deno.test("advise() does not recommend a mode that fails requests, however fast it is", () => {
  const fast = { rate: 8000, errors: { "status 503": 900, reset: 1 } };
  const cases = [
    caseOf("async", { rate: 6000 }),
    caseOf("pooled, 2", fast),
    caseOf("threaded", { rate: 7000 }),
  ];
  assertEquals(recommended(cases), ["leaders-fail", "threaded", "pooled, 2"]);
  assertEquals(found("failures", cases), [["pooled, 2"]]);
  assertStringIncludes(textOf("failures", cases), "900 status 503, 1 reset");
});

Deno.test("advise() recommends the sound one of those that share the lead", () => {
  const cases = [
    caseOf("async", { rate: 6000, errors: { unanswered: 1 } }),
    caseOf("pooled, 2", { rate: 6050 }),
  ];
  assertEquals(recommended(cases), ["others-fail", "pooled, 2", "async"]);
});

Deno.test("advise() recommends none where each fails requests or answers none", () => {
  const failing = caseOf("async", { rate: 100, errors: { reset: 50 } });
  assertEquals(recommended([failing, caseOf("threaded", { rate: 0 })]), [
    ...["all-fail", "async", "threaded"],
  ]);
});

Deno.test("advise() lets one of very many requests fail, in some of the runs", () => {
  const runs = caseOf("pooled, 2", { rate: 9000 }).runs.map((run, i) =>
    i === 0 ? { ...run, errors: { reset: 1 } } : run
  );
  const cases = [caseOf("async", { rate: 6000 }), withRuns(subjectOf("pooled, 2"), runs)];
  assertEquals(recommended(cases), ["winner", "pooled, 2"]);
  assertStringIncludes(textOf("failures", cases), "up to 1 reset");
});

Deno.test("advise() goes by p99 among the modes that keep a rate without failures", () => {
  const cases = [
    caseOf("single", { rate: 1_100, p99: 1 }),
    caseOf("async", { rate: 9_990, p99: 12 }),
    caseOf("pooled, 2", { rate: 10_000, p99: 4 }),
    caseOf("forked, 2", { rate: 10_000, p99: 3, errors: { reset: 3 } }),
  ];
  assertEquals(recommended(cases, { rate: 10_000 }), ["winner", "pooled, 2"]);
  assertEquals(found("misses-rate", cases, { rate: 10_000 }), [["single"], ["forked, 2"]]);
});

Deno.test("advise() goes by throughput where no mode keeps the rate, which it rounds down", () => {
  const cases = [
    caseOf("async", { rate: 6_000, p99: 400 }),
    caseOf("pooled, 2", { rate: 9_899, p99: 1_200 }),
  ];
  assertEquals(recommended(cases, { rate: 9_900 }), ["winner", "pooled, 2"]);
  assertEquals(found("misses-rate", cases, { rate: 9_900 }), [["async"]]);
  assertEquals(recommended(cases, { rate: 10_000 }), ["winner", "pooled, 2"]);
  assertStringIncludes(textOf("misses-rate", cases, { rate: 10_000 }), "98%");
});

Deno.test("advise() goes by the memory of a connection where connections are idle", () => {
  const cases = [
    caseOf("async", { rate: 100, rest: 40, memory: 91 }, 10_000),
    caseOf("pooled, 2", { rate: 100, rest: 50, memory: 101 }, 10_000),
    caseOf("forked, 2", { rate: 100, rest: 20, memory: 90 }, 10_000),
  ];
  const options = { workload: "idle", rate: 100 };
  assertEquals(recommended(cases, options), ["cheapest", "async", "pooled, 2"]);
});

Deno.test("advise() judges the number of connections that all modes were measured with", () => {
  const cut = caseOf("async", { rate: 250 }, 1000);
  assertEquals(recommended([...COMPUTING, cut]), recommended(COMPUTING));
});

Deno.test("advise() sets the recommended mode against each other mode and server", () => {
  const peers = [
    caseOf(peer("nginx"), { rate: 396, p99: 100, cpu: 50 }),
    caseOf(peer("node"), { rate: 180, p99: 380 }),
    caseOf(peer("Go"), { rate: 1 }, 8),
  ];
  const cases = [...COMPUTING.slice(1, 4), ...peers];
  assertEquals(found("compared", cases), [
    ...[["pooled, 2", "async"], ["pooled, 2", "threaded"]],
    ...[["pooled, 2", "nginx"], ["pooled, 2", "node"]],
  ]);
  const text = textOf("compared", cases);
  assertStringIncludes(text, "2.0x higher throughput (395/s against 199/s)");
  assertStringIncludes(text, "1.5x higher peak memory");
  assertStringIncludes(text, "101x higher CPU time per request (5,040 us against 50.0 us)");
});

Deno.test("advise() claims no difference that the runs do not bear out", () => {
  const withRates = (name: string, rates: readonly number[]) =>
    withRuns(subjectOf(name), rates.map((rate) => makeRun({ rate })));
  const cases = [
    withRates("async", [358, 360, 362]),
    withRates("pooled, 2", [380, 400, 420]),
    withRates("forked, 2", [361, 370, 381]),
  ];
  assertEquals(recommended(cases), ["toss-up", "pooled, 2", "forked, 2"]);
  const [first = "", second = ""] = textOf("compared", cases).split(". ");
  assertStringIncludes(first, "11% higher throughput");
  assertStringIncludes(second, "no difference in throughput");
});

Deno.test("advise() points to a mode with a lower p99 than the recommended one", () => {
  const cases = (p99: number) => [
    caseOf("async", { rate: 6000, p99: 12, memory: 52 }),
    caseOf("pooled, 2", { rate: 6050, p99, memory: 76 }),
  ];
  assertEquals(recommended(cases(6)), ["cheapest", "async", "pooled, 2"]);
  assertEquals(found("lower-latency", cases(6)), [["pooled, 2"]]);
  assertEquals(found("lower-latency", cases(12)), []);
});

Deno.test("advise() says how modes scale with connections, and where another is to be chosen", () => {
  const few = [
    caseOf("async", { rate: 2_000 }, 1),
    caseOf("threaded", { rate: 2_300 }, 1),
    caseOf("pooled, 2", { rate: 1_990 }, 1),
  ];
  const some = [
    caseOf("async", { rate: 52_000 }, 64),
    caseOf("threaded", { rate: 9_000 }, 64),
    caseOf("pooled, 2", { rate: 46_500 }, 64),
  ];
  const cases = [...WAITING, ...few, ...some];
  assertEquals(found("more-connections", cases), [["async"], ["threaded"], ["pooled, 2"]]);
  const text = textOf("more-connections", cases);
  assertStringIncludes(text, "23x higher throughput (45,000/s against 2,000/s), best with 64.");
  assertStringIncludes(text, "23x higher throughput (46,000/s against 1,990/s).");
  assertEquals(found("other-choice", cases), [["threaded"]]);
});

Deno.test("advise() says how modes scale with workers", () => {
  const cases = [4, 1, 2].map((workers) =>
    caseOf(`pooled, ${workers}`, { rate: workers === 1 ? 200 : 400, memory: 60 + 10 * workers })
  );
  assertEquals(recommended(cases), ["cheapest", "pooled, 2", "pooled, 4"]);
  assertEquals(found("more-workers", cases), [["pooled, 4"]]);
  assertStringIncludes(textOf("more-workers", cases), "from 1 to 4 workers: 2.0x higher");
});

Deno.test("advise() recommends none over a mode whose figures the load generator limited", () => {
  const changes = { limited: "the load generator ran 99% of the time" };
  const cases = [
    caseOf("async", { rate: 6000 }),
    caseOf("threaded", { rate: 3000 }),
    caseOf("pooled, 2", { memory: 76, changes }),
  ];
  assertEquals(recommended(cases), ["undecided", "pooled, 2"]);
  assertEquals(found("withheld", cases), [["pooled, 2"]]);
  assertStringIncludes(textOf("withheld", cases), changes.limited);
  assertEquals(recommended(cases.slice(1)), ["undecided", "pooled, 2"]);
  assertEquals(recommended(cases.slice(2)), ["nothing-compared", "pooled, 2"]);
});

Deno.test("advise() says how many runs the load generator limited where others count", () => {
  const runs = caseOf("pooled, 2", { rate: 9000 }).runs.map((run, i) =>
    i === 0 ? makeRun({}, { limited: "busy" }) : run
  );
  const cases = [withRuns(subjectOf("pooled, 2"), runs)];
  assertStringIncludes(textOf("withheld", cases), "in 1 of 3 runs: busy.");
});

Deno.test("advise() names an imbalance of workers below 80%, where clients could make one", () => {
  const cases = [
    caseOf("pooled, 2", { rate: 9000, balance: 0.62 }),
    caseOf("forked, 2", { rate: 6000, balance: 0.8 }),
    caseOf("pooled, 2", { rate: 9000, balance: 0 }, 1),
  ];
  assertEquals(found("imbalance", cases), [["pooled, 2"]]);
  assertStringIncludes(textOf("imbalance", cases), "62%");
});

Deno.test("advise() hints at what makes the figures less sure", () => {
  const generator = { busy: 0.83, waiting: 0.34, of_ceiling: 0.91 };
  const ids = (one: Case) => adviceOf([one]).slice(1).map(({ id }) => id);
  const one = caseOf("async", { rate: 85_000, runs: 1, changes: { generator } });
  assertEquals(ids(one), ["one-run", "generator-busy", "generator-waiting"]);
  const idle = { busy: 0.79, waiting: 0.2, of_ceiling: 0.5 };
  assertEquals(ids(caseOf("async", { rate: 85_000, changes: { generator: idle } })), []);
  const runs = [70, 100, 110].map((rate) => makeRun({ rate }));
  assertEquals(ids(withRuns(subjectOf("async"), runs)), ["wide-spread"]);
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
        return caseOf(name, {
          ...Object.fromEntries(figures.filter(() => random.percent(70))),
          ...(random.percent(30) ? { errors: { unanswered: 3, reset: 1 } } : {}),
          changes: { limited: random.percent(10) ? "busy" : null },
        }, connections);
      })
    );
    const options = [{}, { rate: 500 }, { workload: "idle" }][round % 3];
    for (const { text } of adviceOf(cases, options)) {
      assertMatch(text, /^[A-Z`].*\.$/);
      assertNotMatch(text, /NaN|Infinity|undefined|null| {2}|\.\.| [,.;:)]|[(] |: \.|\(\)/);
    }
  }
});
