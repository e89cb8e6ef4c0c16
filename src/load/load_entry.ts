/** What a process does that generates load for its parent. */
import { EXIT, ExitError } from "../base/exit.ts";
import { encodeMessage, readMessages } from "../base/pipe.ts";
import { writeText } from "../base/write_text.ts";
import { Generator } from "./generator.ts";
import type { LoadOrder, LoadReport } from "./messages.ts";
import { runMirror } from "./mirror.ts";

/**
 * Takes one order from standard input, and does it. The end of standard input is
 * the end of the parent, and of this process.
 *
 * @param word Marks the messages of both.
 * @returns What to exit with.
 */
export async function runLoadProcess(word: string): Promise<number> {
  const order = Promise.withResolvers<LoadOrder>();
  const orphaned = readMessages<LoadOrder>(Deno.stdin.readable, order.resolve, () => {}, word)
    .then(() => EXIT.ok);
  const say = (report: LoadReport) => writeText(Deno.stdout, encodeMessage(report, word));
  return await Promise.race([orphaned, order.promise.then((one) => answer(one, say))]);
}

async function answer(order: LoadOrder, say: (report: LoadReport) => void): Promise<number> {
  try {
    await obey(order, say);
    return EXIT.ok;
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const exitCode = error instanceof ExitError ? error.exitCode : EXIT.software;
    say({ type: "failed", message, exitCode });
    return exitCode;
  }
}

async function obey(order: LoadOrder, say: (report: LoadReport) => void): Promise<void> {
  if (order.type === "mirror") {
    return await runMirror(order.plan, (port) => say({ type: "listening", port }));
  }
  const generator = new Generator(
    order.plan,
    (progress) => say({ type: "progress", ...progress }),
  );
  const result = await generator.run(order.percentiles);
  say({ type: "finished", result });
}
