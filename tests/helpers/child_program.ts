/** A program that starts itself as a child process, for the tests of `ChildProcess`. */
import { ChildProcess } from "../../src/base/child_process.ts";
import { encodeMessage, readWord } from "../../src/base/pipe.ts";
import { programArguments } from "../../src/base/run_arguments.ts";
import { writeText } from "../../src/base/write_text.ts";

/** The instructions to the child. */
export type ToChild =
  /** Sends the text back, on either stream. */
  | { readonly type: "echo"; readonly text: string; readonly stream: "stdout" | "stderr" }
  /** Prints the text, on both streams. */
  | { readonly type: "print"; readonly text: string }
  /** Ignores the end of standard input from now on. */
  | { readonly type: "stay" }
  | { readonly type: "exit"; readonly code: number };

/** The child's messages: the texts to echo. */
export type FromChild = { readonly text: string };

/** The argument that makes the program a child. */
export const CHILD_ARGUMENT = "child";

async function runChild(): Promise<void> {
  let stays = false;
  const parent = await readWord(Deno.stdin.readable);
  await parent?.readMessages<ToChild>((message) => {
    switch (message.type) {
      case "echo":
        return writeText(Deno[message.stream], encodeMessage({ text: message.text }, parent.word));
      case "print":
        writeText(Deno.stdout, message.text);
        return writeText(Deno.stderr, message.text);
      case "stay":
        setInterval(() => {}, 1000);
        stays = true;
        return;
      case "exit":
        return Deno.exit(message.code);
    }
  });
  if (!stays) Deno.exit(0);
}

/** Makes a child print a text so many times, then reports that on standard error. */
async function runParent(text: string, times: number): Promise<void> {
  const child = new ChildProcess<ToChild, FromChild>(
    [...programArguments(), CHILD_ARGUMENT],
    () => {},
  );
  for (let i = 0; i < times; i++) child.send({ type: "print", text });
  await child.finish(60_000);
  await child.outputPassedOn;
  writeText(Deno.stderr, "the child has printed\n");
}

const [role, argument = "", times = "1"] = Deno.args;
if (role === CHILD_ARGUMENT) await runChild();
if (role === "parent") await runParent(argument, Number(times));
