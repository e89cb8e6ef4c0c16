import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { COMMAND_NAMES } from "../../src/cli/commands/registry.ts";

const COMMANDS = COMMAND_NAMES.join(", ");

async function refuses(args: string[], message: string, exitCode = 64) {
  const error: ExitError = await assertRejects(() => readCommandLine(args), ExitError);
  assertEquals([error.message, error.exitCode], [message, exitCode]);
}

async function flags(...args: string[]) {
  return (await readCommandLine(args)).line.flags;
}

/** The name of the command, its argument, and the actions. */
async function read(...args: string[]) {
  const { command, line } = await readCommandLine(args);
  return [command.name, line.argument, ...line.actions];
}

Deno.test("readCommandLine() defaults to serve", async () => {
  const { command, line } = await readCommandLine([]);
  assertEquals(command.name, "serve");
  assertEquals(line, { flags: {}, actions: new Set(), argument: "", targets: {}, rest: [] });
});

Deno.test("readCommandLine() takes --deploy with check only, in any order", async () => {
  for (const args of [["check", "--deploy", "k8s"], ["--deploy=k8s", "check"]]) {
    const { command, line } = await readCommandLine(args);
    assertEquals([command.name, line.flags], ["check", { deploy: ["k8s"] }]);
  }
  assertEquals((await readCommandLine(["--check", "--deploy", "k8s"])).command.name, "check");
  await refuses(
    ["serve", "--deploy", "k8s"],
    "Cannot use --deploy with serve: expected sluice check",
  );
});

Deno.test("readCommandLine() accepts a value in every spelling", async () => {
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

Deno.test("readCommandLine() keeps values as written", async () => {
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

Deno.test("readCommandLine() collects the values of a repeated option in order", async () => {
  assertEquals(await flags("-b", "a:1", "--bind=b:2", "-p", "1", "-p2"), {
    bind: ["a:1", "b:2"],
    port: ["1", "2"],
  });
});

Deno.test("readCommandLine() finds the command and its actions among the options", async () => {
  assertEquals(await read("--port", "1", "check", "-h"), ["check", "", "help"]);
  assertEquals(await flags("--port", "1", "check", "-h"), { port: ["1"] });
  assertEquals(await read("-hV", "--print-config"), [
    ...["serve", "", "help", "version", "printConfig"],
  ]);
  assertEquals(await read("--check"), ["check", "", "check"]);
  assertEquals(await read("completions", "bash"), ["completions", "bash"]);
  assertEquals(await read("status", "s.json"), ["status", "s.json"]);
});

Deno.test("readCommandLine() suggests the nearest option for an unknown one", async () => {
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
  await refuses(["-h8000"], "Unknown option -8: see --help for all");
  await refuses(["-h-V"], "Unknown option -h-V: see --help for all");
  await refuses(["--h"], "Unknown option --h: see --help for all");
  for (const flag of ["--_", "--_=1", "--_.push=1", "-_", "--__proto__", "--__proto__.port=1"]) {
    const error = await assertRejects(() => readCommandLine([flag]), ExitError);
    assertMatch(error.message, /^Unknown option /);
  }
});

Deno.test("readCommandLine() accepts --no- only with boolean flags", async () => {
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

Deno.test("readCommandLine() reads a boolean flag in every spelling", async () => {
  assertEquals(await flags("--watch"), { watch: ["true"] });
  assertEquals(await flags("--watch=true"), { watch: ["true"] });
  assertEquals(await flags("--watch=off"), { watch: ["off"] });
  assertEquals(await flags("--no-watch"), { watch: ["false"] });
  assertEquals(await flags("--watch", "--no-watch"), { watch: ["true", "false"] });
});

Deno.test("readCommandLine() never takes the argument after a boolean flag as its value", async () => {
  assertEquals(await flags("--watch", "--mode", "async"), { watch: ["true"], mode: ["async"] });
  assertEquals(await flags("--watch", "-w4"), { watch: ["true"], workers: ["4"] });
  for (const args of [["--watch", "check"], ["check", "--watch"], ["--no-watch", "check"]]) {
    assertEquals(await read(...args), ["check", ""]);
  }
  await refuses(
    ["--watch", "true"],
    `Unknown command "true": expected a file, a folder or one of ${COMMANDS}`,
  );
});

Deno.test("readCommandLine() refuses an empty value for a boolean flag, and any for its negation", async () => {
  await refuses(
    ["--watch="],
    "Cannot use --watch: the value is missing, expected --watch=value",
  );
  await refuses(
    ["--no-watch=true"],
    `Cannot use --no-watch "true": expected no value`,
  );
});

Deno.test("readCommandLine() refuses a missing value", async () => {
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

Deno.test("readCommandLine() refuses a value for an action", async () => {
  await refuses(
    ["--help=yes"],
    `Cannot use --help "yes": expected no value`,
  );
});

Deno.test("readCommandLine() suggests the nearest command for an unknown one", async () => {
  await refuses(["sevre"], `Unknown command "sevre": did you mean "serve"?`);
  await refuses(
    ["zzz"],
    `Unknown command "zzz": expected a file, a folder or one of ${COMMANDS}`,
  );
  await refuses(
    ["8000"],
    `Unknown command "8000": expected a file, a folder or one of ${COMMANDS}`,
  );
});

/** The command, and what its arguments name. */
async function targets(...args: string[]) {
  const { command, line } = await readCommandLine(args);
  return [command.name, line.targets];
}

Deno.test("readCommandLine() takes a file for a handler and a folder for files to serve", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-args-" });
  const [file, link] = [`${folder}/serve.ts`, `${folder}/link`];
  try {
    await Deno.writeTextFile(file, "");
    await Deno.symlink(folder, link);
    assertEquals(await targets(file), ["serve", { handler: file }]);
    assertEquals(await targets(folder), ["serve", { root: folder }]);
    assertEquals(await targets(link), ["serve", { root: link }]);
    assertEquals(await targets("serve", file), ["serve", { handler: file }]);
    assertEquals(await targets("check", file), ["check", { handler: file }]);
    assertEquals(await targets("--check", file), ["check", { handler: file }]);
    assertEquals(await targets("--watch", "-p", "1", file), ["serve", { handler: file }]);
    assertEquals(await targets("--", file), ["serve", { handler: file }]);
    for (const words of [[file, folder], [folder, file]]) {
      assertEquals(await targets(...words), ["serve", { handler: file, root: folder }]);
    }
    await refuses(
      [file, "--watch", file],
      `Cannot serve both "${file}" and "${file}": expected only one handler`,
    );
    const [page, settings] = [`${folder}/index.html`, `${folder}/sluice.toml`];
    await Deno.writeTextFile(page, "");
    await refuses(
      [page],
      `Cannot serve "${page}": it is not a module, expected one such as app.ts, or a folder of ` +
        "files",
    );
    await Deno.writeTextFile(settings, "");
    await refuses(
      ["check", settings],
      `Cannot serve "${settings}": it is not a module, expected --config ${settings} if it ` +
        "holds settings",
    );
    await refuses(
      [folder, link],
      `Cannot serve both "${folder}" and "${link}": expected only one folder`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readCommandLine() refuses a file or folder that does not exist, and anything else, with 66", async () => {
  await refuses(["./none.ts"], `Cannot serve "./none.ts": no such file or folder`, 66);
  await refuses(["none.ts"], `Cannot serve "none.ts": no such file or folder`, 66);
  await refuses(["serve", "none"], `Cannot serve "none": no such file or folder`, 66);
  await refuses(["serve", "--", "--port"], `Cannot serve "--port": no such file or folder`, 66);
  await refuses(["./a\x1b.ts"], `Cannot serve "./a\\u001b.ts": no such file or folder`, 66);
  await refuses(["/dev/null"], `Cannot serve "/dev/null": it is neither a file nor a folder`, 66);
  const file = await Deno.makeTempFile();
  await refuses([`${file}/x`], `Cannot serve "${file}/x": no such file or folder`, 66);
  await Deno.remove(file);
});

Deno.test({
  name: "readCommandLine() exits with 77 if it may not look for a file",
  permissions: { read: false },
  fn: () =>
    refuses(
      ["./app.ts"],
      'Cannot read "./app.ts": the runtime grants no permission, expected --allow-read',
      77,
    ),
});

Deno.test("readCommandLine() refuses missing and unexpected arguments", async () => {
  await refuses(
    ["completions"],
    "Cannot run completions: expected completions <bash|zsh|fish>",
  );
  await refuses(
    ["completions", "bash", "x"],
    `Cannot use the argument "x": expected completions <bash|zsh|fish>`,
  );
  assertEquals(await read("status"), ["status", ""]);
  await refuses(["completions"], "Cannot run completions: expected completions <bash|zsh|fish>");
  await refuses(
    ["status", "a", "b"],
    `Cannot use the argument "b": expected status [file]`,
  );
  assertEquals(await read("completions", "--help"), ["completions", "", "help"]);
});

Deno.test("readCommandLine() refuses bench and load after options of the server", async () => {
  await refuses(["--watch", "bench"], `Cannot run bench: expected "bench" as the first argument`);
  await refuses(
    ["-p1", "load", "http://a"],
    `Cannot run load: expected "load" as the first argument`,
  );
  assertEquals(await read("--help", "bench"), ["bench", "", "help"]);
  await refuses(
    ["check", "bench"],
    `Cannot serve "bench": no such file or folder, and a command comes first`,
    66,
  );
});

Deno.test("readCommandLine() escapes control characters in messages", async () => {
  await refuses(
    ["--zz\nzz"],
    `Unknown option "--zz\\nzz": see --help for all`,
  );
});
