import { assertEquals } from "@std/assert";
import { loadCommands } from "../../src/cli/commands/registry.ts";
import { candidates } from "../../src/cli/completions/candidates.ts";
import { runMain } from "../helpers/server.ts";

const commands = await loadCommands();

/** The candidates for the last word of a line; `:files` stands for those of the shell. */
function offered(line: string) {
  const { files, words } = candidates(line.split(" "), commands);
  return [...files ? [":files"] : [], ...words.map(({ word }) => word)];
}

Deno.test("candidates() offers every command for the first word, with its help, and files", () => {
  const words = commands.map(({ name, help }) => ({ word: name, help }));
  assertEquals(candidates([""], commands), { files: true, words });
  assertEquals(candidates([], commands), { files: true, words });
});

Deno.test("candidates() offers files as arguments of serve, check and bench, with or without the command", () => {
  const lines = [
    "serve ",
    "check a",
    "app.ts ",
    "--watch app.ts p",
    "serve app.ts ",
    "bench a",
    "bench app.ts ",
  ];
  for (const line of lines) assertEquals(offered(line), [":files"], line);
  assertEquals(offered("app.ts --wat"), ["--watch"]);
});

Deno.test("candidates() after options of the server leaves out bench and load", () => {
  for (const line of ["--watch ", "--port 80 ", "-p80 ", "--port=80 ", "--no-watch "]) {
    const commands = ["serve", "check", "status", "completions", "config-schema"];
    assertEquals(offered(line), [":files", ...commands], line);
  }
});

Deno.test("candidates() appends = to an option that takes a value", () => {
  assertEquals(offered("--max-connections"), ["--max-connections=", "--max-connections-per-ip="]);
  assertEquals(offered("--wat"), ["--watch"]);
  assertEquals(offered("check --print"), ["--print-config"]);
});

Deno.test("candidates() offers an option once, unless it can be repeated", () => {
  assertEquals(offered("--port 80 --po"), []);
  assertEquals(offered("-p80 --po"), []);
  assertEquals(offered("--watch --wat"), []);
  assertEquals(offered("--bind a:1 --bi"), ["--bind="]);
});

Deno.test("candidates() offers the values of an option in every spelling", () => {
  assertEquals(offered("--overload "), ["wait", "refuse"]);
  assertEquals(offered("-k p"), ["pooled"]);
  assertEquals(offered("-kp"), ["-kpooled"]);
  assertEquals(offered("--mode=p"), ["--mode=pooled"]);
});

Deno.test("candidates() joins words that bash has split at =", () => {
  assertEquals(offered("--mode ="), offered("--mode="));
  assertEquals(offered("--mode = p"), ["--mode=pooled"]);
  assertEquals(offered("--mode = pooled st"), [":files", "status"]);
});

Deno.test("candidates() continues a list, without the values already in it", () => {
  assertEquals(offered("bench --modes p"), ["pooled,"]);
  assertEquals(offered("bench --modes=pooled,p"), []);
  assertEquals(offered("bench --modes=single,p"), ["--modes=single,pooled,"]);
});

Deno.test("candidates() leaves paths to the shell", () => {
  for (
    const line of ["--config ", "--config=a", "status a", "bench --request a", "load --json a"]
  ) {
    assertEquals(offered(line), [":files"], line);
  }
  assertEquals(offered("status a "), []);
});

Deno.test("candidates() offers the values of a command's argument once", () => {
  assertEquals(offered("completions "), ["bash", "zsh", "fish"]);
  assertEquals(offered("--watch completions z"), ["zsh"]);
  assertEquals(offered("completions zsh "), []);
});

Deno.test("candidates() offers nothing for a free value, or one of an unknown option", () => {
  for (const line of ["--port ", "--watch=", "--zzz ", "--zzz=", "load "]) {
    assertEquals(offered(line), [], line);
  }
});

Deno.test("candidates() offers only options of the server after bench --", () => {
  assertEquals(offered("bench --runs 2 -- --max-th"), ["--max-threads="]);
  assertEquals(offered("bench -- "), []);
  assertEquals(offered("bench --max-th"), []);
  assertEquals(offered("load -- --max-th"), []);
});

Deno.test("sluice __complete prints words and their help, or has the shell complete files", async () => {
  const printed = async (...words: string[]) => {
    const { code, stdout, stderr } = await runMain(["__complete", "--", ...words]);
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  assertEquals(await printed("-V", "--overload", ""), "wait\t\nrefuse\t\n");
  assertEquals(
    await printed("comp"),
    ":files\ncompletions\tPrint the completion script for a shell\n",
  );
  assertEquals(await printed("status", ""), ":files\n");
  assertEquals(await printed("completions", "zzz", ""), "");
});
