import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type BenchReport, METRIC_NAMES, PERCENTILES } from "../../src/bench/report.ts";
import { makeApp } from "../apps/app_folder.ts";
import { runMain } from "../helpers/server.ts";

const QUICK = ["--duration", "200ms", "--warmup", "50ms", "--runs", "1"];
/** For what needs several requests: a server that stands still for a second gets some, too. */
const LONGER = ["--duration", "1500ms", "--warmup", "50ms", "--runs", "1"];

/** Writes files, by name, to a temporary folder. */
async function filesOf(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { path(name: string): string }> {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return {
    path: (name) => `${folder}/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function reportOf(...args: string[]): Promise<{ report: BenchReport; stderr: string }> {
  const { code, stdout, stderr } = await runMain(["bench", ...args, "--json", "-"]);
  assertEquals(code, 0, stderr);
  return { report: JSON.parse(stdout), stderr };
}

async function refused(args: string[], code: number, message: RegExp): Promise<void> {
  const result = await runMain(["bench", ...args]);
  assertEquals([result.code, result.stdout], [code, ""], result.stderr);
  assertMatch(result.stderr, message);
}

Deno.test("sluice bench measures each mode in turn, and reports every figure", async () => {
  const { report, stderr } = await reportOf(
    ...["--workload", "echo", "--modes", "async,pooled", "--workers", "2", "--connections", "4"],
    ...["--duration", "1s", "--warmup", "50ms", "--runs", "2", "--seed", "7"],
  );
  const turns = [...stderr.matchAll(/^\[(\d+)\/5\] (.+), 4 connections: /gm)];
  assertEquals(turns.map(([, number, name]) => [number, name]), [
    ["2", "async"],
    ["3", "pooled, 2 workers"],
    ["4", "async"],
    ["5", "pooled, 2 workers"],
  ]);
  assertEquals(report.cases.map(({ subject }) => subject), [
    { name: "async", kind: "mode", mode: "async", workers: null },
    { name: "pooled, 2 workers", kind: "mode", mode: "pooled", workers: 2 },
  ]);
  assertEquals([report.format, report.complete, report.missing], ["sluice-bench/1", true, []]);
  assert((report.ceilings[0]?.rate ?? 0) > 1000);
  assert(report.advice.length > 0);
  assertMatch(report.command, /^sluice bench --workload echo --connections 4 .* --seed 7 /);
  for (const { subject, runs } of report.cases) {
    assertEquals(runs.length, 2);
    for (const { figures, curve, errors } of runs) {
      assertEquals(errors, {}, subject.name);
      for (const name of METRIC_NAMES) {
        const isKnown = name !== "balance" || subject.workers !== null;
        assertEquals(Number.isFinite(figures[name]), isKnown, `${subject.name} ${name}`);
      }
      assertEquals(curve.length, PERCENTILES.length);
      assert((figures.peak_bytes ?? 0) >= (figures.rest_bytes ?? Infinity));
      assert((figures.p50_ms ?? Infinity) <= (figures.p99_ms ?? 0));
    }
  }
});

Deno.test("sluice bench measures an HTTP handler with requests from files", async () => {
  await using files = await filesOf({
    "app.ts": `export default { routes: {
      "GET /": () => "Hello",
      "POST /length": async ({ body }) => String((await body.text()).length),
    } };`,
    "get.http": "GET / HTTP/1.1\n\n",
    "post.http": "POST /length HTTP/1.1\nContent-Type: text/plain\n\nfour",
    "missing.http": "GET /missing HTTP/1.1\n\n",
  });
  const handler = ["--handler", files.path("app.ts"), "--modes", "async", "--connections", "2"];
  const { report } = await reportOf(
    ...[...handler, ...QUICK, "--request", files.path("get.http")],
    ...["--request", files.path("post.http")],
  );
  assertEquals(report.options.handler, files.path("app.ts"));
  assertEquals(report.cases[0]?.runs[0]?.errors, {});
  const { report: some } = await reportOf(
    ...[...handler, ...LONGER, "--request", files.path("get.http")],
    ...["--request", files.path("missing.http")],
  );
  assertEquals(Object.keys(some.cases[0]?.runs[0]?.errors ?? {}), ["status 404"]);
  await refused(
    [...handler, ...QUICK, "--request", files.path("missing.http")],
    69,
    /^sluice: Cannot measure async: every request failed, with \d+ status 404, expected a status below 400\n$/m,
  );
});

Deno.test("sluice bench app.ts public measures what sluice app.ts public would serve, with GET /", async () => {
  await using app = await makeApp({
    "deno.json": `{ "imports": { "#greeting": "./lib/greeting.ts", "hono": "npm:hono@4.6.0" } }`,
    "lib/greeting.ts": `export default "Hello";`,
    "app.ts": `import { Hono } from "hono";
      import greeting from "#greeting";
      export default new Hono().get("/", (c) => c.text(greeting));`,
    "public/style.css": "",
  });
  const line = ["bench", "app.ts", "public", "--connections", "2", ...QUICK, "--json", "-"];
  const { code, stdout, stderr } = await runMain(line, { cwd: app.folder });
  assertEquals(code, 0, stderr);
  const { cases, missing, options, command }: BenchReport = JSON.parse(stdout);
  assertEquals(missing, []);
  for (const { runs: [run], subject } of cases) assertEquals(run?.errors, {}, subject.name);
  assertEquals(cases.map(({ subject }) => subject.mode), options.modes);
  const [handler, root] = ["app.ts", "public"].map((name) => `${app.folder}/${name}`);
  assertEquals([options.workload, options.handler, options.root], ["handler", handler, root]);
  assertStringIncludes(command, `sluice bench --handler ${handler} --root ${root} --connections 2`);
});

Deno.test("sluice bench measures a folder of files", async () => {
  await using app = await makeApp({ "public/index.html": "Hello" });
  const line = ["bench", "public", "--modes", "async", "--connections", "2", ...QUICK];
  const { code, stdout, stderr } = await runMain(line, { cwd: app.folder });
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^Folder: {3}\/.*\/public\nRequests: GET \/\n/);
});

Deno.test("sluice bench says what is wrong with a handler before it measures", async () => {
  await using app = await makeApp({ "app.ts": `\nimport "zod";\n` });
  const { code, stdout, stderr } = await runMain(["bench", "app.ts"], { cwd: app.folder });
  const path = `${app.folder}/app.ts`;
  assertEquals([code, stdout], [78, ""]);
  assertEquals(
    stderr,
    `sluice: Cannot use the handler "${path}": Import "zod" not a dependency at ${path}:2:8: ` +
      `import "zod";\n`,
  );
});

Deno.test("sluice bench asks for a request if a handler of another protocol gets GET /", async () => {
  await using app = await makeApp({
    "app.ts": `export default { framing: { type: "lines" }, handle: (line) => line };`,
  });
  const line = ["bench", "app.ts", "--modes", "async", "--connections", "2", ...QUICK];
  const { code, stderr } = await runMain(line, { cwd: app.folder });
  assertEquals(code, 69);
  assertMatch(
    stderr,
    /^sluice: Cannot measure async: every request failed, with \d+ wrong response, expected a response in the protocol of the request; what was sent is GET \/, unless there is a --request\n$/m,
  );
});

Deno.test("sluice bench reads the responses of another protocol up to the delimiter", async () => {
  await using files = await filesOf({
    "shout.ts": `export default {
      framing: { type: "lines", limit: 100 },
      handle: (line) => line.toUpperCase(),
    };`,
    "request": "hello\n",
  });
  const { report } = await reportOf(
    ...["--handler", files.path("shout.ts"), "--request", files.path("request")],
    ...["--modes", "async", "--connections", "2", ...LONGER],
  );
  const [run] = report.cases[0]?.runs ?? [];
  assertEquals(run?.errors, {});
  assert((run?.figures.rate ?? 0) > 0);
});

Deno.test("sluice bench reports a usage error before it measures", async () => {
  const nowhere = "/there/is/no/such/folder/report.html";
  await refused(["--html", nowhere], 73, /^sluice: Cannot write .*report.html": its folder/);
  await refused(
    ["--workload", "cpu", "--message-size", "1kb"],
    64,
    /^sluice: Cannot use --message-size 1kb with --workload cpu: expected --workload echo, idle, /,
  );
  await refused(
    ["--handler", "app.ts", "--request", "/no/such/file"],
    66,
    /^sluice: Cannot read the request "\/no\/such\/file": no such file\n$/,
  );
});

Deno.test("sluice bench passes options to the server, and repeats its error", async () => {
  await refused(
    ["--modes", "async", "--connections", "1", ...QUICK, "--", "--backlog", "none"],
    64,
    /^sluice: Cannot use --backlog "none": [^\n]*\n$/,
  );
});

Deno.test("sluice bench reports a server that exits under load, and goes on with the next one", async () => {
  await using files = await filesOf({
    "dies.ts": `let count = 0;
      export default { fetch() {
        if (++count > 10) Deno.kill(Deno.pid, "SIGKILL");
        return new Response("Hello");
      } };`,
    "get.http": "GET / HTTP/1.1\n\n",
  });
  await refused(
    [
      ...["--handler", files.path("dies.ts"), "--request", files.path("get.http")],
      ...["--modes", "async,single", "--connections", "2", ...LONGER],
    ],
    69,
    /Cannot measure async: it ended under the load\n.*Cannot measure single: it ended under the load\n/s,
  );
});

Deno.test("sluice bench starts servers without the settings in its own environment", async () => {
  const { code, stdout } = await runMain(
    ["bench", "--workload", "echo", "--modes", "async", "--connections", "1", ...QUICK],
    { env: { SLUICE_SERVICE: "zen", SLUICE_MAX_CONNECTIONS: "nonsense", PORT: "x" } },
  );
  assertEquals(code, 0);
  assertMatch(stdout, /^What the figures say:$/m);
});
