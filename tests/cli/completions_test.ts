import { assertArrayIncludes, assertEquals, assertRejects } from "@std/assert";
import { completionScript, SHELLS } from "../../src/cli/completions.ts";
import { ExitError } from "../../src/exit.ts";
import { flagName, OPTION_KEYS } from "../../src/settings/options.ts";

const MODES = ["single", "async", "threaded", "pooled", "forked"];

async function run(command: string, args: string[]) {
  const output = await new Deno.Command(command, { args }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(output.stderr), "");
  return decoder.decode(output.stdout).split("\n")
    .map((line) => line.split("\t")[0] ?? "")
    .filter((line) => line !== "");
}

function isInstalled(shell: string): boolean {
  try {
    const args = ["-c", "exit 0"];
    return new Deno.Command(shell, { args }).outputSync().success;
  } catch {
    return false;
  }
}

/** A test in the folder of a script and of a file "a file.toml". */
function shellTest(
  shell: typeof SHELLS[number],
  promise: string,
  body: (folder: string) => Promise<void>,
) {
  const installed = isInstalled(shell);
  Deno.test({
    name: `completionScript() ${shell} ${promise}` +
      (installed ? "" : ` (${shell} is not installed)`),
    ignore: !installed,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await Deno.writeTextFile(`${folder}/a file.toml`, "");
        await Deno.writeTextFile(
          `${folder}/script`,
          await completionScript(shell),
        );
        await body(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

for (const shell of SHELLS) {
  shellTest(shell, "passes the syntax check of the shell", async (folder) => {
    assertEquals(await run(shell, ["-n", `${folder}/script`]), []);
  });
}

/** What bash offers for the last of these words; "=" is a word of its own. */
function inBash(folder: string, ...words: string[]) {
  const script = `cd "$1"; source ./script; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run("bash", ["-c", script, "bash", folder, "sluice", ...words]);
}

shellTest("bash", "offers commands, options and values", async (folder) => {
  assertEquals(await inBash(folder, ""), ["serve", "check", "status", "completions"]);
  assertEquals(await inBash(folder, "--max-connections-"), [
    "--max-connections-per-ip",
  ]);
  assertArrayIncludes(await inBash(folder, "--"), OPTION_KEYS.map(flagName));
  assertEquals(await inBash(folder, "-k", ""), MODES);
  assertEquals(await inBash(folder, "--mode", "=", "a"), ["async"]);
  assertEquals(await inBash(folder, "--mode", "="), MODES);
  assertEquals(await inBash(folder, "completions", ""), [...SHELLS]);
  assertEquals(await inBash(folder, "--port", ""), []);
  assertEquals(await inBash(folder, "--watch", ""), []);
  assertEquals(await inBash(folder, "--watch", "--sand"), ["--sandbox"]);
  assertEquals(await inBash(folder, "--config", "a"), ["a file.toml"]);
  assertEquals(await inBash(folder, "status", "a"), ["a file.toml"]);
});

function inFish(folder: string, line: string) {
  const script = `cd $argv[1]; source ./script; complete -C $argv[2]`;
  return run("fish", ["--no-config", "-c", script, folder, line]);
}

shellTest("fish", "offers commands, options and values", async (folder) => {
  assertEquals(await inFish(folder, "sluice ch"), ["check"]);
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

/** Types a line and a tab in a real, interactive zsh; gives the line after. */
async function inZsh(folder: string, line: string) {
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'cd '"$1"'; PROMPT=; unsetopt zle_bracketed_paste' \\
      '; autoload -Uz compinit; compinit -u -D; source ./script' \\
      '; show() { print -r -- "<<$BUFFER>>"; }; zle -N show' \\
      '; bindkey "^X" show; print "rea""dy"'
    zpty -r shell seen '*ready*'
    zpty -w -n shell "$2"$'\\t'$'\\x18'
    zpty -r shell seen '*<<*>>*'
    print -r -- "\${\${seen##*<<}%%>>*}"
    zpty -d shell`;
  const lines = await run("zsh", ["-f", "-c", script, "zsh", folder, line]);
  return lines.join("").trim();
}

shellTest("zsh", "offers commands, options and values", async (folder) => {
  assertEquals(await inZsh(folder, "sluice comp"), "sluice completions");
  assertEquals(await inZsh(folder, "sluice --mode a"), "sluice --mode async");
  assertEquals(await inZsh(folder, "sluice --mode=a"), "sluice --mode=async");
  assertEquals(await inZsh(folder, "sluice --watch --mode a"), "sluice --watch --mode async");
  assertEquals(
    await inZsh(folder, "sluice completions z"),
    "sluice completions zsh",
  );
  assertEquals(
    await inZsh(folder, "sluice --config a"),
    "sluice --config a\\ file.toml",
  );
  assertEquals(await inZsh(folder, "sluice status a"), "sluice status a\\ file.toml");
});

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
