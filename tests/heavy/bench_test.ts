/** `sluice bench` as a whole: every workload, peers, and interruption. */
import { assert, assertEquals } from "@std/assert";
import type { BenchReport } from "../../src/bench/report.ts";
import { treeOf } from "../../src/bench/processes.ts";
import { type Workload, WORKLOADS } from "../../src/settings/bench_options.ts";
import { runMain, SERVER } from "../helpers/server.ts";
import { missingTools } from "../helpers/tools.ts";
import { until, waitFor } from "../helpers/until.ts";

const QUICK = ["--duration", "1s", "--warmup", "100ms", "--runs", "1"];
/** Workloads measured at once. */
const AT_ONCE = 3;
/** Programs that the peers need. */
const TOOLS = ["nginx", "haproxy", "node", "python3", "uvicorn", "gunicorn", "go"];

async function reportOf(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runMain(["bench", ...args, "--json", "-"], { env });
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout) as BenchReport;
}

Deno.test("bench measures every workload without errors", async (t) => {
  const load = async (workload: Workload) => {
    const { cases } = await reportOf(["--workload", workload, "--modes", "async", ...QUICK]);
    return { workload, run: cases[0]?.runs[0] };
  };
  // Several at a time, since each mostly waits.
  for (let i = 0; i < WORKLOADS.length; i += AT_ONCE) {
    for (const { workload, run } of await Promise.all(WORKLOADS.slice(i, i + AT_ONCE).map(load))) {
      await t.step(workload, () => {
        assertEquals(run?.errors, {});
        assert(run?.figures.rate !== 0, "nothing was answered");
      });
    }
  }
});

/** Measures the peers for a workload. */
async function peersOf(workload: Workload, env: Record<string, string> = {}) {
  const report = await reportOf(
    ["--workload", workload, "--peers", "--modes", "async", "--connections", "4", ...QUICK],
    env,
  );
  const peers = report.cases.filter(({ subject }) => subject.kind === "peer");
  for (const { subject, runs } of peers) assertEquals(runs[0]?.errors, {}, subject.name);
  return { ...report, peers };
}

Deno.test("bench --peers measures each installed server without errors", async () => {
  const { peers, missing, versions, complete } = await peersOf("http");
  assert(complete);
  for (const { subject } of peers) assert(subject.name in versions, subject.name);
  const absent = missingTools(TOOLS);
  const unexplained = missing.filter(({ reason }) =>
    !reason.startsWith("it cannot serve") && !absent.some((tool) => reason.includes(tool))
  );
  assertEquals(unexplained, []);
});

Deno.test("bench --peers names missing servers, and measures the others", async () => {
  const { cases, missing, complete } = await peersOf("echo", { PATH: "/no/such/folder" });
  const reasons = new Map(missing.map(({ name, reason }) => [name, reason]));
  assertEquals(reasons.get("Python threads"), "python3 is not installed");
  assertEquals(reasons.get("nginx, 1 worker"), "it cannot serve the workload echo");
  assertEquals(cases[0]?.subject.name, "async");
  assert(complete);
});

Deno.test("bench reports what it has measured when interrupted, and leaves nothing behind", async () => {
  const [program = "", ...before] = SERVER;
  const child = new Deno.Command(program, {
    args: [
      ...[...before, "bench", "--workload", "echo", "--modes", "async,forked", "--json", "-"],
      ...["--connections", "4", "--duration", "500ms", "--runs", "100"],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const listening = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) said += text;
  })();
  const stdout = new Response(child.stdout).json();
  await until("a run of each was finished", () => /^\[3\/201\] forked.*\n/m.test(said));
  // Between two runs there is no server.
  const tree = await waitFor("a server runs", () => {
    const pids = treeOf(child.pid);
    return pids.length > 1 ? pids : null;
  });
  child.kill("SIGINT");
  assertEquals((await child.status).code, 130);
  await listening;
  const report: BenchReport = await stdout;
  assertEquals(report.complete, false);
  assertEquals(report.cases.map(({ subject }) => subject.mode), ["async", "forked"]);
  assert(report.cases.every(({ runs }) => runs.length >= 1 && runs.length < 100));
  await until("all processes are gone", () =>
    tree.every((pid) => {
      try {
        return /^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
      } catch {
        return true;
      }
    }));
});
