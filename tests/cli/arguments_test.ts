import { assertEquals, assertRejects } from "@std/assert";
import { parseArguments } from "../../src/cli/arguments.ts";
import { ExitError } from "../../src/base/exit.ts";

async function refuses(args: string[], message: string) {
  const error: ExitError = await assertRejects(
    () => parseArguments(args),
    ExitError,
  );
  assertEquals([error.message, error.exitCode], [message, 64]);
}

async function flags(...args: string[]) {
  return (await parseArguments(args)).flags;
}

Deno.test("parseArguments() serves when nothing is said", async () => {
  assertEquals(await parseArguments([]), {
    command: "serve",
    actions: { help: false, version: false, check: false, printConfig: false },
    flags: {},
    positionals: [],
  });
});

Deno.test("parseArguments() takes a value in every spelling", async () => {
  for (
    const args of [
      ["--port", "8000"],
      ["--port=8000"],
      ["-p", "8000"],
      ["-p8000"],
      ["-p=8000"],
    ]
  ) assertEquals(await flags(...args), { port: ["8000"] }, args.join(" "));
  assertEquals(await flags("-kasync"), { mode: ["async"] });
  assertEquals(await flags("-b[::]:80"), { bind: ["[::]:80"] });
});

Deno.test("parseArguments() keeps the text of values", async () => {
  assertEquals(await flags("--port", "-1"), { port: ["-1"] });
  assertEquals(await flags("-p", "-1"), { port: ["-1"] });
  assertEquals(await flags("--port=-1"), { port: ["-1"] });
  assertEquals(await flags("--idle-timeout", "-.5s"), {
    idleTimeout: ["-.5s"],
  });
  assertEquals(await flags("--log-file", "-"), { logFile: ["-"] });
  assertEquals(await flags("--log-file=a=b c"), { logFile: ["a=b c"] });
  assertEquals(await flags("--handler=-x.ts"), { handler: ["-x.ts"] });
  assertEquals(await flags("--handler", "true"), { handler: ["true"] });
  assertEquals(await flags("--port", "0080"), { port: ["0080"] });
});

Deno.test("parseArguments() collects what is repeated, in order", async () => {
  assertEquals(await flags("-b", "a:1", "--bind=b:2", "-p", "1", "-p2"), {
    bind: ["a:1", "b:2"],
    port: ["1", "2"],
  });
});

Deno.test("parseArguments() finds commands and actions anywhere", async () => {
  const check = await parseArguments(["--port", "1", "check", "-h"]);
  assertEquals(
    [check.command, check.actions.help, check.flags.port],
    ["check", true, ["1"]],
  );
  const { actions } = await parseArguments(["-hV", "--print-config"]);
  assertEquals(
    [actions.help, actions.version, actions.printConfig],
    [true, true, true],
  );
  assertEquals((await parseArguments(["--check"])).command, "check");
  const shell = await parseArguments(["completions", "bash"]);
  assertEquals([shell.command, shell.positionals], ["completions", ["bash"]]);
  const status = await parseArguments(["status", "s.json"]);
  assertEquals([status.command, status.positionals], ["status", ["s.json"]]);
});

Deno.test("parseArguments() names the nearest of an unknown option", async () => {
  await refuses(
    ["--idel-timeout", "1"],
    "Unknown option --idel-timeout: did you mean --idle-timeout?",
  );
  await refuses(
    ["--prot=1"],
    "Unknown option --prot: did you mean --port?",
  );
  await refuses(["--zzzz"], "Unknown option --zzzz: see --help for all");
  await refuses(["-x"], "Unknown option -x: see --help for all");
  await refuses(["-hx"], "Unknown option -x: see --help for all");
});

Deno.test("parseArguments() negates flags only", async () => {
  await refuses(
    ["--no-port"],
    "Unknown option --no-port: did you mean --port?",
  );
  await refuses(
    ["--no-port=5"],
    "Unknown option --no-port: did you mean --port?",
  );
  await refuses(
    ["--no-help"],
    "Unknown option --no-help: did you mean --help?",
  );
});

Deno.test("parseArguments() reads a flag in every spelling", async () => {
  assertEquals(await flags("--watch"), { watch: ["true"] });
  assertEquals(await flags("--watch=true"), { watch: ["true"] });
  assertEquals(await flags("--watch=off"), { watch: ["off"] });
  assertEquals(await flags("--no-watch"), { watch: ["false"] });
  assertEquals(await flags("--watch", "--no-watch"), { watch: ["true", "false"] });
});

Deno.test("parseArguments() lets no flag swallow the next argument", async () => {
  assertEquals(await flags("--watch", "--mode", "async"), { watch: ["true"], mode: ["async"] });
  assertEquals(await flags("--watch", "-w4"), { watch: ["true"], workers: ["4"] });
  for (const args of [["--watch", "check"], ["check", "--watch"], ["--no-watch", "check"]]) {
    const { command, positionals } = await parseArguments(args);
    assertEquals([command, positionals], ["check", []]);
  }
  await refuses(
    ["--watch", "true"],
    `Unknown command "true": expected one of serve, check, status, bench, load, completions`,
  );
});

Deno.test("parseArguments() refuses wrong values of flags", async () => {
  await refuses(
    ["--watch="],
    "Cannot use --watch: the value is missing, expected --watch=value",
  );
  await refuses(
    ["--no-watch=true"],
    `Cannot use --no-watch "true": expected no value`,
  );
});

Deno.test("parseArguments() refuses a missing value", async () => {
  const missing = (flag: string, long = flag) =>
    `Cannot use ${flag}: the value is missing, expected ${long}=value`;
  await refuses(["--port"], missing("--port"));
  await refuses(["--port", "--bind", "x:1"], missing("--port"));
  await refuses(["--port="], missing("--port"));
  await refuses(["--port", ""], missing("--port"));
  await refuses(["-p"], missing("-p", "--port"));
  await refuses(["-p", "-h"], missing("-p", "--port"));
  await refuses(["--port", "--", "1"], missing("--port"));
});

Deno.test("parseArguments() refuses a value where none belongs", async () => {
  await refuses(
    ["--help=yes"],
    `Cannot use --help "yes": expected no value`,
  );
});

Deno.test("parseArguments() names the nearest of an unknown command", async () => {
  await refuses(["sevre"], `Unknown command "sevre": did you mean "serve"?`);
  await refuses(
    ["zzz"],
    `Unknown command "zzz": expected one of serve, check, status, bench, load, completions`,
  );
  await refuses(
    ["./app.ts"],
    `Unknown command "./app.ts": to serve with a module, use --handler`,
  );
  await refuses(
    ["8000"],
    `Unknown command "8000": expected one of serve, check, status, bench, load, completions`,
  );
});

Deno.test("parseArguments() refuses arguments that a command lacks", async () => {
  await refuses(
    ["serve", "x"],
    `Cannot use the argument "x": expected serve alone`,
  );
  await refuses(
    ["serve", "--", "--port"],
    `Cannot use the argument "--port": expected serve alone`,
  );
  await refuses(
    ["completions"],
    "Cannot run completions: expected completions <bash|zsh|fish>",
  );
  await refuses(
    ["completions", "bash", "x"],
    `Cannot use the argument "x": expected completions <bash|zsh|fish>`,
  );
  await refuses(["status"], "Cannot run status: expected status <file>");
  await refuses(
    ["status", "a", "b"],
    `Cannot use the argument "b": expected status <file>`,
  );
  assertEquals(
    (await parseArguments(["completions", "--help"])).actions.help,
    true,
  );
});

Deno.test("parseArguments() wants a command with options of its own to be the first", async () => {
  const expected = "expected it as the first argument";
  await refuses(["--watch", "bench"], `Cannot run bench: ${expected}`);
  await refuses(["-p1", "load", "http://a"], `Cannot run load: ${expected}`);
  assertEquals((await parseArguments(["--help", "bench"])).actions.help, true);
  await refuses(["check", "bench"], `Cannot use the argument "bench": expected check alone`);
});

Deno.test("parseArguments() shows control characters escaped", async () => {
  await refuses(
    ["--zz\nzz"],
    `Unknown option "--zz\\nzz": see --help for all`,
  );
});
