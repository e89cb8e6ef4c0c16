import { assertArrayIncludes, assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { COMMAND_NAMES } from "../../src/cli/commands/registry.ts";
import { completionScript, SHELLS } from "../../src/cli/completions/scripts.ts";
import { BENCH_OPTIONS, WORKLOADS } from "../../src/settings/bench_options.ts";
import { LOAD_OPTIONS } from "../../src/settings/load_options.ts";
import { flagName as flagOf } from "../../src/settings/option.ts";
import { flagName, OPTION_KEYS } from "../../src/settings/options.ts";
import { writeScript } from "../helpers/programs.ts";
import { SERVER } from "../helpers/server.ts";
import { testWith } from "../helpers/tools.ts";

/** Every flag of the commands with options of their own. */
const BENCH_FLAGS = [...Object.keys(BENCH_OPTIONS).map(flagOf), "--help"];
const LOAD_FLAGS = [...Object.keys(LOAD_OPTIONS).map(flagOf), "--help"];

const MODES = ["single", "async", "threaded", "pooled", "forked"];

/** Runs a shell with the program on its PATH; returns the first column of its output. */
async function run(folder: string, command: string, args: string[]) {
  const output = await new Deno.Command(command, {
    args,
    env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(output.stderr), "");
  return decoder.decode(output.stdout).split("\n")
    .map((line) => line.split("\t")[0] ?? "")
    .filter((line) => line !== "");
}

/** Defines a test in a folder with `script`, a file "a file.toml", and `sluice` in `bin`. */
function shellTest(
  shell: typeof SHELLS[number],
  promise: string,
  body: (folder: string) => Promise<void>,
) {
  testWith(shell, `completionScript() ${shell} ${promise}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/a file.toml`, "");
      await Deno.writeTextFile(`${folder}/script`, await completionScript(shell));
      await Deno.mkdir(`${folder}/bin`);
      const program = `#!/bin/sh\nexec ${SERVER.map((word) => `'${word}'`).join(" ")} "$@"\n`;
      await writeScript(`${folder}/bin/sluice`, program);
      await body(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

for (const shell of SHELLS) {
  shellTest(shell, "passes the syntax check of the shell", async (folder) => {
    assertEquals(await run(folder, shell, ["-n", `${folder}/script`]), []);
  });
}

/** Completes the last of these words in bash, which treats "=" as a word of its own. */
function inBash(folder: string, ...words: string[]) {
  const script = `cd "$1"; source ./script; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run(folder, "bash", ["-c", script, "bash", folder, "sluice", ...words]);
}

shellTest("bash", "offers commands, options and values", async (folder) => {
  assertEquals(await inBash(folder, "c"), ["check", "crashes", "completions", "config-schema"]);
  const files = ["a file.toml", "bin", "script"];
  assertEquals((await inBash(folder, "")).sort(), [...COMMAND_NAMES, ...files].sort());
  assertEquals(await inBash(folder, "s"), ["serve", "status", "start", "stop", "script"]);
  assertEquals(await inBash(folder, "serve", "s"), ["script"]);
  assertEquals(await inBash(folder, "script", "--watch", "b"), ["bin"]);
  assertEquals(await inBash(folder, "--max-connections-"), [
    "--max-connections-per-ip",
  ]);
  assertArrayIncludes(await inBash(folder, "--"), OPTION_KEYS.map(flagName));
  assertEquals(await inBash(folder, "-k", ""), MODES);
  assertEquals(await inBash(folder, "--mode", "=", "a"), ["async"]);
  assertEquals(await inBash(folder, "--mode", "="), MODES);
  assertEquals(await inBash(folder, "completions", ""), [...SHELLS]);
  assertEquals(await inBash(folder, "--port", ""), []);
  assertEquals(await inBash(folder, "--watch", "st"), ["status"]);
  assertEquals(await inBash(folder, "--watch", "be"), []);
  assertEquals(await inBash(folder, "--watch", "--sand"), ["--sandbox"]);
  assertEquals(await inBash(folder, "--config", "a"), ["a file.toml"]);
  assertEquals(await inBash(folder, "status", "a"), ["a file.toml"]);
});

shellTest("bash", "offers the options of bench and load", async (folder) => {
  assertEquals(await inBash(folder, "bench", "--"), BENCH_FLAGS);
  assertEquals(await inBash(folder, "load", "--"), LOAD_FLAGS);
  assertEquals(await inBash(folder, "bench", "--workload", ""), WORKLOADS);
  assertEquals(await inBash(folder, "bench", "--workload", "=", "sl"), ["slow-clients"]);
  assertEquals(await inBash(folder, "bench", "--modes", "p"), ["pooled"]);
  assertEquals(await inBash(folder, "bench", "--modes", "single,forked,p"), [
    "single,forked,pooled",
  ]);
  assertEquals(await inBash(folder, "bench", "--request", "a"), ["a file.toml"]);
  assertEquals(await inBash(folder, "load", "--json", "a"), ["a file.toml"]);
  assertEquals(await inBash(folder, "bench", "--rate", ""), []);
  assertEquals(await inBash(folder, "bench", "--peers", "--work"), ["--workload", "--workers"]);
  assertEquals(await inBash(folder, "bench", "a"), ["a file.toml"]);
  assertEquals(await inBash(folder, "--workload", ""), []);
});

shellTest("bash", "offers options of the server after bench --", async (folder) => {
  assertEquals(await inBash(folder, "bench", "--peers", "--", "--max-th"), ["--max-threads"]);
  assertEquals(await inBash(folder, "bench", "--", "--log-level", "d"), ["debug"]);
  assertEquals(await inBash(folder, "load", "--", "--max-th"), []);
});

function inFish(folder: string, line: string) {
  const script = `cd $argv[1]; source ./script; complete -C $argv[2]`;
  return run(folder, "fish", ["--no-config", "-c", script, folder, line]);
}

shellTest("fish", "offers commands, options and values", async (folder) => {
  assertEquals(await inFish(folder, "sluice ch"), ["check"]);
  assertEquals(
    (await inFish(folder, "sluice s")).sort(),
    ["script", "serve", "start", "status", "stop"],
  );
  assertEquals(await inFish(folder, "sluice serve s"), ["script"]);
  assertEquals(await inFish(folder, "sluice --mode "), MODES);
  assertEquals(await inFish(folder, "sluice -k a"), ["async"]);
  assertEquals(await inFish(folder, "sluice completions z"), ["zsh"]);
  assertEquals(await inFish(folder, "sluice --port "), []);
  assertEquals(await inFish(folder, "sluice --watch ch"), ["check"]);
  assertEquals(await inFish(folder, "sluice --config a"), ["a file.toml"]);
  assertEquals(await inFish(folder, "sluice status a"), ["a file.toml"]);
  assertArrayIncludes(
    await inFish(folder, "sluice --"),
    OPTION_KEYS.map(flagName),
  );
});

shellTest("fish", "offers the options of bench and load", async (folder) => {
  assertEquals((await inFish(folder, "sluice bench --")).sort(), BENCH_FLAGS.toSorted());
  assertEquals((await inFish(folder, "sluice load --")).sort(), LOAD_FLAGS.toSorted());
  assertEquals(await inFish(folder, "sluice bench --workload "), WORKLOADS);
  assertEquals(await inFish(folder, "sluice bench --workload=sl"), ["--workload=slow-clients"]);
  assertEquals(await inFish(folder, "sluice bench --modes "), MODES);
  assertEquals(await inFish(folder, "sluice bench --modes single,forked,p"), [
    "single,forked,pooled",
  ]);
  assertEquals(await inFish(folder, "sluice bench --modes=single,p"), ["--modes=single,pooled"]);
  assertEquals(await inFish(folder, "sluice bench --request a"), ["a file.toml"]);
  assertEquals(await inFish(folder, "sluice load --json a"), ["a file.toml"]);
  assertEquals(await inFish(folder, "sluice bench --rate "), []);
  assertEquals(await inFish(folder, "sluice bench a"), ["a file.toml"]);
  assertEquals(await inFish(folder, "sluice be"), ["bench"]);
  assertEquals(await inFish(folder, "sluice --watch be"), []);
});

/** Types each line and TAB in a real, interactive zsh; returns the lines after it. */
function inZsh(folder: string, ...lines: string[]) {
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'cd '"$1"'; PROMPT=; unsetopt zle_bracketed_paste' \\
      '; autoload -Uz compinit; compinit -u -D; source ./script' \\
      '; show() { print -r -- "<<$BUFFER>>"; BUFFER=; }; zle -N show' \\
      '; bindkey "^X" show; print "rea""dy"'
    zpty -r shell seen '*ready*'
    shift
    for line; do
      zpty -w -n shell "$line"$'\\t'$'\\x18'
      zpty -r shell seen '*<<*>>*'
      print -r -- "\${\${seen##*<<}%%>>*}"
    done
    zpty -d shell`;
  return run(folder, "zsh", ["-f", "-c", script, "zsh", folder, ...lines]);
}

/** Checks what TAB appends to each line. */
async function completesInZsh(folder: string, endings: Readonly<Record<string, string>>) {
  const completed = await inZsh(folder, ...Object.keys(endings));
  const expected = Object.entries(endings).map(([line, ending]) => line + ending);
  assertEquals(completed.map((line) => line.trimEnd()), expected);
}

shellTest("zsh", "offers commands, options and values", (folder) =>
  completesInZsh(folder, {
    "sluice comp": "letions",
    "sluice scr": "ipt",
    "sluice ser": "ve",
    "sluice serve a": "\\ file.toml",
    "sluice --mode a": "sync",
    "sluice --mode=a": "sync",
    "sluice --watch --mode a": "sync",
    "sluice completions z": "sh",
    "sluice --config a": "\\ file.toml",
    "sluice status a": "\\ file.toml",
  }));

shellTest(
  "zsh",
  "offers the options of bench and load",
  (folder) =>
    completesInZsh(folder, {
      "sluice be": "nch",
      "sluice --watch be": "",
      "sluice bench --workl": "oad=",
      "sluice bench --workload sl": "ow-clients",
      "sluice bench --modes=single,p": "ooled,",
      "sluice bench --request a": "\\ file.toml",
      "sluice bench --max-th": "",
      "sluice load --mess": "age-size=",
      "sluice load --workl": "",
    }),
);

shellTest("zsh", "offers options of the server after bench --", (folder) =>
  completesInZsh(folder, {
    "sluice bench --peers -- --max-th": "reads=",
    "sluice bench -- --log-level d": "ebug",
    "sluice bench -- be": "",
  }));

Deno.test("completionScript() exits 64 for an unknown shell", async () => {
  const wrong = async (shell: string) => {
    const error: ExitError = await assertRejects(
      () => completionScript(shell),
      ExitError,
    );
    return [error.message, error.exitCode];
  };
  assertEquals(await wrong("tcsh-x"), [
    `Cannot print completions for "tcsh-x": expected one of bash, zsh, fish`,
    64,
  ]);
  assertEquals(await wrong("fihs"), [
    `Cannot print completions for "fihs": did you mean "fish"?`,
    64,
  ]);
});
