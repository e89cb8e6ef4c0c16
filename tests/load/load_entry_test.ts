import { assert, assertEquals } from "@std/assert";
import { LOAD_ARGUMENT, type LoadOrder, type LoadReport } from "../../src/load/messages.ts";
import { echoMessage } from "../../src/load/request_text.ts";
import { encodeMessage, encodeWord, readMessages } from "../../src/base/pipe.ts";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { HTTP, planFor, startLoadServer } from "../helpers/load_server.ts";
import { SERVER } from "../helpers/server.ts";
import { waitFor } from "../helpers/until.ts";

const WORD = "a word of the test";

/** This program as a load process. */
function startProcess(order: LoadOrder) {
  const [program = "", ...args] = SERVER;
  const child = new Deno.Command(program, {
    args: [...args, LOAD_ARGUMENT],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reports: LoadReport[] = [];
  let others = "";
  const reading = readMessages<LoadReport>(
    child.stdout,
    (report) => reports.push(report),
    (text) => others += text,
    WORD,
  );
  const orders = child.stdin.getWriter();
  void orders.write(
    new TextEncoder().encode(encodeWord(WORD) + encodeMessage(order, WORD)),
  );
  /** Closes its standard input, as a parent that ends does. */
  const end = () => orders.close().catch(() => {});
  return {
    reports,
    end,
    kill: (signal: Deno.Signal) => child.kill(signal),
    report: <T extends LoadReport["type"]>(type: T) =>
      waitFor(`it reports "${type}"`, () => reports.find((report) => report.type === type) ?? null)
        .then((report) => report as LoadReport & { type: T }),
    /** Its exit code, after it has written nothing but reports. */
    async exited(): Promise<number> {
      const { code } = await child.status;
      await reading;
      assertEquals(others, "");
      return code;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch { // The process has ended.
      }
      await Promise.all([end(), child.status, reading]);
    },
  };
}

Deno.test("runLoadProcess() runs a load, and reports progress and the result", async () => {
  using server = await startLoadServer(HTTP);
  const plan = planFor(server, { warmup: 50, duration: 1500 });
  await using process = startProcess({ type: "load", plan, percentiles: [50, 100] });
  const { result } = await process.report("finished");
  assertEquals(await process.exited(), 0);
  assertEquals(result.errors, {});
  assert(result.requests > 0);
  assertEquals(result.latency?.curve.length, 2);
  const progress = process.reports.filter((report) => report.type === "progress");
  assertEquals(
    [...new Set(progress.map(({ phase }) => phase))],
    ["opening", "warmup", "measuring", "finishing"],
  );
  assertEquals(process.reports.at(-1)?.type, "finished");
});

Deno.test("runLoadProcess() reports a failure with its exit code", async () => {
  const port = freePort();
  await using process = startProcess({ type: "load", plan: planFor({ port }), percentiles: [] });
  const { message, exitCode } = await process.report("failed");
  assertEquals(
    message,
    `Cannot open 4 connections to 127.0.0.1 port ${port}: refused, 0 are open`,
  );
  assertEquals([exitCode, await process.exited()], [69, 69]);
});

Deno.test("runLoadProcess() ends with its parent, even during a load", async () => {
  using server = await startLoadServer(HTTP);
  const plan = planFor(server, { duration: 60_000 });
  await using process = startProcess({ type: "load", plan, percentiles: [] });
  await process.report("progress");
  // A terminal sends the signal to both; the parent decides.
  process.kill("SIGINT");
  const before = process.reports.length;
  await waitFor("it goes on", () => process.reports.length > before + 3 || null);
  const end = performance.now();
  await process.end();
  assertEquals(await process.exited(), 0);
  const took = performance.now() - end;
  assert(took < 20_000, `${took} ms`);
  assertEquals(process.reports.some(({ type }) => type === "finished"), false);
});

for (const closing of [false, true]) {
  const then = closing ? "closes" : "keeps the connection";
  Deno.test(`runNullServer() sends a fixed response to anything, and ${then}`, async () => {
    const response = "a response\r\n\xff";
    await using process = startProcess({
      type: "null-server",
      plan: { response: response, closing },
    });
    const { port } = await process.report("listening");
    for (let i = 0; i < 2; i++) {
      using client = await Client.connect({ port });
      for (let j = 0; j < (closing ? 1 : 3); j++) {
        await client.send("anything");
        const bytes = await client.receive(response.length);
        assertEquals(String.fromCharCode(...bytes), response);
      }
      if (closing) assertEquals(await client.receiveAll(), "");
    }
    await process.end();
    assertEquals(await process.exited(), 0);
  });
}

Deno.test("runNullServer() echoes any amount of data, to several clients at once", async () => {
  await using process = startProcess({
    type: "null-server",
    plan: { response: null, closing: false },
  });
  const { port } = await process.report("listening");
  const bytes = Uint8Array.fromBase64(echoMessage(1_000_000, 1).base64);
  await Promise.all(Array.from({ length: 5 }, async () => {
    using client = await Client.connect({ port });
    const [received] = await Promise.all([client.receive(bytes.length), client.send(bytes)]);
    assertEquals(received, bytes);
  }));
});
