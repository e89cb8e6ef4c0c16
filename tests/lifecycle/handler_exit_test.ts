import { assert, assertEquals } from "@std/assert";
import { makeForeignHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { ask } from "../helpers/talk.ts";

/** Answers each line, after running it as a program; an error is the answer. */
const PROGRAM = `import process from "node:process";
export default {
  framing: { type: "lines" },
  async handle(line) {
    try {
      return String(await new (async () => {}).constructor("process", line)(process));
    } catch (error) {
      return error.message;
    }
  },
};`;

for (const mode of ["single", "async"]) {
  Deno.test(`--mode ${mode}: a handler cannot end the server`, async () => {
    await using handler = await makeForeignHandler(PROGRAM);
    await using server = await startServer(["--mode", mode, ...handler.args]);
    for (const exit of ["Deno.exit(0)", "process.exit(3)", "process.reallyExit(3)", "close()"]) {
      const answer = await ask(server, exit);
      assert(answer.startsWith("Cannot end the server: "), `${exit}: ${answer}`);
    }
    assertEquals(await ask(server, "return 1 + 1"), "2");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

for (const mode of ["async", "forked"]) {
  Deno.test(`--mode ${mode}: a handler cannot close the streams of the log and of its parent`, async () => {
    await using handler = await makeForeignHandler(PROGRAM);
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    const pipe = `for (const name of ["stdout", "stderr"]) {
        await ReadableStream.from([]).pipeTo(Deno[name].writable); Deno[name].close();
      }
      Deno.stdin.close(); process.stdout.end(); return "closed";`;
    assertEquals(await ask(server, pipe.replaceAll("\n", " ")), "closed");
    // The connection's own record comes over the streams that it has tried to close.
    await server.logged("Connection closed");
    assertEquals(await ask(server, "return 1 + 1"), "2");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.records(({ severity }) => severity !== "INFO"), []);
    assertEquals(server.stderr, "");
  });
}
