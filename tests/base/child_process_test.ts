import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ChildProcess } from "../../src/base/child_process.ts";
import { CHILD_ARGUMENT, type FromChild, type ToChild } from "../helpers/child_program.ts";
import { readLines } from "../../src/testing/server_process.ts";
import { until, waitFor } from "../helpers/until.ts";

const PROGRAM = [
  ...["run", "-A", "--no-check", "--quiet"],
  fileURLToPath(import.meta.resolve("../helpers/child_program.ts")),
];

function startChild() {
  const texts: string[] = [];
  const child = new ChildProcess<ToChild, FromChild>(
    [...PROGRAM, CHILD_ARGUMENT],
    ({ text }) => texts.push(text),
  );
  return { child, texts };
}

Deno.test("ChildProcess exchanges messages over both streams, and finish() lets it exit", async () => {
  const { child, texts } = startChild();
  const sent = ["one", "\x1e two\n", "x".repeat(100_000)];
  for (const text of sent) child.send({ type: "echo", text, stream: "stdout" });
  child.send({ type: "echo", text: "urgent", stream: "stderr" });
  await child.finish(30_000);
  await child.outputRead;
  assertEquals(texts.toSorted(), [...sent, "urgent"].toSorted());
  assertEquals(texts.filter((text) => text !== "urgent"), sent);
  assertEquals((await child.status).code, 0);
});

Deno.test("ChildProcess.status has the exit code, and send() after the exit does nothing", async () => {
  const { child } = startChild();
  child.send({ type: "exit", code: 7 });
  assertEquals((await child.status).code, 7);
  child.send({ type: "print", text: "nobody reads this" });
  child.kill();
  await child.finish(0);
  await child.outputRead;
});

Deno.test("ChildProcess.finish() kills a process that does not exit in time", async () => {
  const { child, texts } = startChild();
  child.send({ type: "stay" });
  child.send({ type: "echo", text: "up", stream: "stdout" });
  await waitFor("it is up", () => texts[0] ?? null);
  await child.finish(100);
  assertEquals((await child.status).signal, "SIGKILL");
  await child.outputRead;
});

Deno.test("ChildProcess.kill() ends a process at once", async () => {
  const { child } = startChild();
  child.send({ type: "stay" });
  child.kill();
  assertEquals((await child.status).signal, "SIGKILL");
  await child.finish(0);
  await child.outputRead;
});

/** Runs the program as a parent whose child prints a text. */
async function runParent(text: string, command: readonly string[] = []) {
  const [program = "", ...args] = [...command, Deno.execPath(), ...PROGRAM, "parent", text];
  const output = await new Deno.Command(program, { args, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

Deno.test("ChildProcess passes on all other output, to the same stream", async () => {
  const { stdout, stderr } = await runParent("printed\n");
  assertEquals(stdout, "printed\n");
  assertEquals(stderr, "printed\nthe child has printed\n");
});

Deno.test("ChildProcess passes on a line that looks like a message but lacks the word", async () => {
  const forged = `\x1e{"text":"forged"}\n`;
  assertEquals((await runParent(forged)).stdout, forged);
});

Deno.test("ChildProcess drops output once standard output is closed", async () => {
  // The other end of standard output is closed before the program starts.
  const { stderr } = await runParent("printed\n", [
    ...["bash", "-c", `exec > >(exec true); wait $!; exec "$@"`, "bash"],
  ]);
  assert(stderr.endsWith("the child has printed\n"), stderr);
});

Deno.test("ChildProcess says how much output it has dropped, once that is read again", async () => {
  const [line, times] = ["x".repeat(50_000) + "\n", 600];
  const parent = new Deno.Command(Deno.execPath(), {
    args: [...PROGRAM, "parent", line, String(times)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // All that the child prints on standard error follows the same on standard output. What is
  // dropped there as well, if this is read too slowly, was printed before.
  let printed = 0;
  const errors = readLines(parent.stderr, (text) => {
    printed += Number(/^Dropped (\d+) /.exec(text)?.[1] ?? text.length + 1);
  });
  await until("everything is printed", () => printed >= times * line.length, 60_000);
  const stdout = await new Response(parent.stdout).text();
  const dropped = stdout.matchAll(/^Dropped (\d+) characters of output/mg);
  const sum = [...dropped].reduce((sum, [, count]) => sum + Number(count), 0);
  const kept = stdout.split(line).length - 1;
  assert(sum > 0, "nothing was reported");
  assertEquals(kept * line.length + sum, times * line.length);
  assertEquals((await parent.status).code, 0);
  await errors;
});
