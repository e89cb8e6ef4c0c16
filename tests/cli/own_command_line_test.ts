import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ExitError } from "../../src/base/exit.ts";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { runMain } from "../helpers/server.ts";

async function bench(...args: string[]) {
  return (await readCommandLine(["bench", ...args])).line;
}

async function load(...args: string[]) {
  return (await readCommandLine(["load", ...args])).line;
}

/** The absolute path of a file of the project. */
function fileOf(path: string): string {
  return fileURLToPath(import.meta.resolve(`../../${path}`));
}

async function refuses(command: string, args: string[], message: string, code = 64) {
  const error: ExitError = await assertRejects(
    () => readCommandLine([command, ...args]),
    ExitError,
  );
  assertEquals([error.message, error.exitCode], [message, code]);
}

Deno.test("readCommandLine() of bench is empty without arguments", async () => {
  assertEquals(await bench(), {
    ...{ flags: {}, actions: new Set(), argument: "", targets: {}, rest: [] },
  });
});

Deno.test("readCommandLine() of bench keeps the values of its flags as written", async () => {
  const { flags } = await bench("--workload", "cpu", "--message-size=1kb", "--peers");
  assertEquals(flags, { workload: ["cpu"], messageSize: ["1kb"], peers: ["true"] });
  assertEquals((await bench("--no-peers")).flags, { peers: ["false"] });
  assertEquals((await bench("--rate", "-1")).flags, { rate: ["-1"] });
  assertEquals((await bench("--json", "-")).flags, { json: ["-"] });
  assertEquals((await bench("--request", "a", "--request=b,c")).flags, { request: ["a", "b,c"] });
});

Deno.test("readCommandLine() of load finds the URL before and after flags", async () => {
  for (const args of [["http://a", "--rate", "5"], ["--rate", "5", "http://a"]]) {
    const { argument, flags } = await load(...args);
    assertEquals([argument, flags], ["http://a", { rate: ["5"] }]);
  }
});

Deno.test("readCommandLine() of bench keeps the words after -- unchanged", async () => {
  const { flags, argument, rest } = await bench(
    ...["--runs", "1", "--", "--max-threads", "64", "x", "--", "-h", "--zz=1"],
  );
  assertEquals([flags, argument], [{ runs: ["1"] }, ""]);
  assertEquals(rest, ["--max-threads", "64", "x", "--", "-h", "--zz=1"]);
  assertEquals((await bench("--")).rest, []);
});

Deno.test("readCommandLine() of load refuses --", async () => {
  const message = `Cannot use the argument "--": expected load <url>`;
  await refuses("load", ["http://a", "--", "--max-threads", "64"], message);
  await refuses("load", ["http://a", "--"], message);
});

Deno.test("readCommandLine() of bench takes a handler and a folder, before and after flags", async () => {
  const [handler, root] = [fileOf("examples/routes.ts"), fileOf("docs")];
  for (const args of [[handler, root, "--runs", "1"], ["--runs", "1", root, handler]]) {
    const { targets, flags } = await bench(...args);
    assertEquals([targets, flags], [{ handler, root }, { runs: ["1"] }]);
  }
  const message = `Cannot measure both "${handler}" and "${handler}": expected only one handler`;
  await refuses("bench", [handler, handler], message);
});

Deno.test("readCommandLine() of bench says what a word that is neither file nor folder may mean", async () => {
  const nothing = "no such file or folder";
  const hints = {
    "cpu": ", did you mean --workload cpu?",
    "ehco": ", did you mean --workload echo?",
    "slow-client": ", did you mean --workload slow-clients?",
    "load": ", and a command comes first",
    "http://localhost:8000/": ", sluice load measures a server at a URL",
    "app.ts": "",
  };
  for (const [word, hint] of Object.entries(hints)) {
    await refuses("bench", [word], `Cannot measure "${word}": ${nothing}${hint}`, 66);
  }
});

Deno.test("readCommandLine() of load refuses missing and unexpected arguments", async () => {
  await refuses("load", [], "Cannot run load: expected load <url>");
  await refuses("load", ["a", "b"], `Cannot use the argument "b": expected load <url>`);
});

Deno.test("readCommandLine() of bench refuses a missing value, and a value for a negation", async () => {
  const missing = "Cannot use --rate: the value is missing, expected --rate=value";
  await refuses("bench", ["--rate"], missing);
  await refuses("bench", ["--rate="], missing);
  await refuses("bench", ["--rate", "--", "5"], missing);
  await refuses("bench", ["--no-peers=1"], `Cannot use --no-peers "1": expected no value`);
});

Deno.test("readCommandLine() of bench and load suggests the nearest of their own options", async () => {
  await refuses("bench", ["--mode", "async"], "Unknown option --mode: did you mean --modes?");
  await refuses("load", ["--rat=5", "a"], "Unknown option --rat: did you mean --rate?");
  await refuses("bench", ["--zzzz"], "Unknown option --zzzz: see sluice bench --help for all");
  await refuses("load", ["-k"], "Unknown option -k: see sluice load --help for all");
});

Deno.test("readCommandLine() of bench says that options of the server go after --", async () => {
  const expected = "an option of the server goes after --";
  await refuses("bench", ["--max-threads", "64"], `Unknown option --max-threads: ${expected}`);
  await refuses("bench", ["--max-requests=5"], `Unknown option --max-requests: ${expected}`);
  await refuses("load", ["--watch"], "Unknown option --watch: see sluice load --help for all");
});

Deno.test("readCommandLine() of bench and load accepts an incomplete command line with --help", async () => {
  for (const line of [await load("-h"), await load("--help", "a", "b"), await bench("x", "-h")]) {
    assertEquals(line.actions.has("help"), true);
  }
  assertEquals((await bench("--", "--help")).actions.has("help"), false);
});

Deno.test("sluice bench --help and sluice load --help show their own help", async () => {
  for (const command of ["bench", "load"]) {
    const { code, stdout, stderr } = await runMain([command, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Usage: sluice ${command} `);
  }
});

Deno.test("sluice bench and sluice load report a usage error in one line and exit 64", async () => {
  const mistakes = [
    [["bench", "--rate", "x"], `Cannot use --rate "x": expected a number above 0, up to 10000000`],
    [["bench", "--watch"], "Unknown option --watch: an option of the server goes after --"],
    [["load"], "Cannot run load: expected load <url>"],
    [
      ["load", "http://a", "--connections", "1,2"],
      `Cannot use --connections "1,2": expected an integer from 1 to 100000`,
    ],
    [["--watch", "bench"], `Cannot run bench: expected "bench" as the first argument`],
  ] as const;
  for (const [args, message] of mistakes) {
    assertEquals(await runMain(args), { code: 64, stdout: "", stderr: `sluice: ${message}\n` });
  }
});
