import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { OwnCommand } from "../../src/cli/commands.ts";
import { parseOwnArguments } from "../../src/cli/own_arguments.ts";
import { ExitError } from "../../src/base/exit.ts";
import { BENCH_OPTIONS } from "../../src/settings/bench_options.ts";
import { LOAD_OPTIONS } from "../../src/settings/load_options.ts";
import { runMain } from "../helpers/server.ts";

const bench = (...args: string[]) => parseOwnArguments("bench", BENCH_OPTIONS, args);
const load = (...args: string[]) => parseOwnArguments("load", LOAD_OPTIONS, args);

async function refuses(command: OwnCommand, args: string[], message: string) {
  const parse = { bench, load }[command];
  const error: ExitError = await assertRejects(() => parse(...args), ExitError);
  assertEquals([error.message, error.exitCode], [message, 64]);
}

Deno.test("parseOwnArguments() has no flags when none are given", async () => {
  assertEquals(await bench(), { isHelp: false, flags: {}, positionals: [], afterDashes: [] });
});

Deno.test("parseOwnArguments() takes the values of the command's own flags as text", async () => {
  const { flags } = await bench("--workload", "cpu", "--message-size=1kb", "--peers");
  assertEquals(flags, { workload: ["cpu"], messageSize: ["1kb"], peers: ["true"] });
  assertEquals((await bench("--no-peers")).flags, { peers: ["false"] });
  assertEquals((await bench("--rate", "-1")).flags, { rate: ["-1"] });
  assertEquals((await bench("--json", "-")).flags, { json: ["-"] });
  assertEquals((await bench("--request", "a", "--request=b,c")).flags, { request: ["a", "b,c"] });
});

Deno.test("parseOwnArguments() finds the URL before and after flags", async () => {
  for (const args of [["http://a", "--rate", "5"], ["--rate", "5", "http://a"]]) {
    const { positionals, flags } = await load(...args);
    assertEquals([positionals, flags], [["http://a"], { rate: ["5"] }]);
  }
});

Deno.test("parseOwnArguments() passes on what follows -- as it is", async () => {
  const { flags, positionals, afterDashes } = await bench(
    ...["--runs", "1", "--", "--max-threads", "64", "x", "--", "-h", "--zz=1"],
  );
  assertEquals([flags, positionals], [{ runs: ["1"] }, []]);
  assertEquals(afterDashes, ["--max-threads", "64", "x", "--", "-h", "--zz=1"]);
  assertEquals((await bench("--")).afterDashes, []);
});

Deno.test("parseOwnArguments() refuses -- where nothing may follow it", async () => {
  const message = `Cannot use the argument "--": expected load <url>`;
  await refuses("load", ["http://a", "--", "--max-threads", "64"], message);
  await refuses("load", ["http://a", "--"], message);
});

Deno.test("parseOwnArguments() refuses positionals that the command does not take", async () => {
  await refuses("bench", ["cpu"], `Cannot use the argument "cpu": expected bench alone`);
  await refuses("load", [], "Cannot run load: expected load <url>");
  await refuses("load", ["a", "b"], `Cannot use the argument "b": expected load <url>`);
});

Deno.test("parseOwnArguments() refuses a missing value, and one where none belongs", async () => {
  const missing = "Cannot use --rate: the value is missing, expected --rate=value";
  await refuses("bench", ["--rate"], missing);
  await refuses("bench", ["--rate="], missing);
  await refuses("bench", ["--rate", "--", "5"], missing);
  await refuses("bench", ["--no-peers=1"], `Cannot use --no-peers "1": expected no value`);
});

Deno.test("parseOwnArguments() names the nearest of an unknown option", async () => {
  await refuses("bench", ["--mode", "async"], "Unknown option --mode: did you mean --modes?");
  await refuses("load", ["--rat=5", "a"], "Unknown option --rat: did you mean --rate?");
  await refuses("bench", ["--zzzz"], "Unknown option --zzzz: see sluice bench --help for all");
  await refuses("load", ["-k"], "Unknown option -k: see sluice load --help for all");
});

Deno.test("parseOwnArguments() says where options of the server belong", async () => {
  const expected = "an option of the server goes after --";
  await refuses("bench", ["--max-threads", "64"], `Unknown option --max-threads: ${expected}`);
  await refuses("bench", ["--max-requests=5"], `Unknown option --max-requests: ${expected}`);
  await refuses("load", ["--watch"], "Unknown option --watch: see sluice load --help for all");
});

Deno.test("parseOwnArguments() helps with an incomplete command line", async () => {
  for (const parsed of [await load("-h"), await load("--help", "a", "b"), await bench("x", "-h")]) {
    assertEquals(parsed.isHelp, true);
  }
  assertEquals((await bench("--", "--help")).isHelp, false);
});

Deno.test("sluice bench and sluice load show their own help", async () => {
  for (const command of ["bench", "load"]) {
    const { code, stdout, stderr } = await runMain([command, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Usage: sluice ${command} `);
  }
});

Deno.test("sluice bench and sluice load answer a mistake with a line and 64", async () => {
  const mistakes = [
    [["bench", "--rate", "x"], `Cannot use --rate "x": expected a number above 0, up to 10000000`],
    [["bench", "--watch"], "Unknown option --watch: an option of the server goes after --"],
    [["load"], "Cannot run load: expected load <url>"],
    [
      ["load", "http://a", "--connections", "1,2"],
      "Cannot use --connections " +
      `"1,2": expected an integer from 1 to 100000`,
    ],
    [["--watch", "bench"], "Cannot run bench: expected it as the first argument"],
  ] as const;
  for (const [args, message] of mistakes) {
    assertEquals(await runMain(args), { code: 64, stdout: "", stderr: `sluice: ${message}\n` });
  }
});
