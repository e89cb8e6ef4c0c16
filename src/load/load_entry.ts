/** The process that generates load for its parent. */
import { EXIT, ExitError } from "../base/exit.ts";
import { encodeMessage, readWord } from "../base/pipe.ts";
import { writeText } from "../base/write_text.ts";
import { Generator } from "./generator.ts";
import type { LoadOrder, LoadReport } from "./messages.ts";
import { runNullServer } from "./null_server.ts";

/**
 * Reads one order from standard input, and carries it out. The end of standard input means that the
 * parent has ended, and ends this process.
 *
 * @returns The exit code.
 */
export async function runLoadProcess(): Promise<number> {
  const order = Promise.withResolvers<LoadOrder>();
  const parent = await readWord(Deno.stdin.readable);
  if (parent === null) return EXIT.ok;
  const orphaned = parent.readMessages(order.resolve).then(() => EXIT.ok);
  const report = (message: LoadReport) =>
    writeText(Deno.stdout, encodeMessage(message, parent.word));
  return await Promise.race([orphaned, order.promise.then((one) => carryOut(one, report))]);
}

async function carryOut(order: LoadOrder, report: (message: LoadReport) => void): Promise<number> {
  try {
    if (order.type === "null-server") {
      return await runNullServer(order.plan, (port) => report({ type: "listening", port }));
    }
    const { plan, percentiles } = order;
    const generator = new Generator(plan, (progress) => report({ type: "progress", ...progress }));
    report({ type: "finished", result: await generator.run(percentiles) });
    return EXIT.ok;
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const exitCode = error instanceof ExitError ? error.exitCode : EXIT.software;
    report({ type: "failed", message, exitCode });
    return exitCode;
  }
}
