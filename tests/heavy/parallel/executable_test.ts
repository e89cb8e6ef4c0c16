import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { BenchReport } from "../../../src/bench/report.ts";
import { Client } from "../../helpers/client.ts";
import { HONO_CASES } from "../../helpers/hono.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { copyProgram } from "../../helpers/programs.ts";
import { type Server, startCommand } from "../../helpers/server.ts";

const ROOT = fileURLToPath(import.meta.resolve("../../.."));
const EXECUTABLE = `${ROOT}dist/sluice`;
/** The Hono example bundled into one file, deleted after the tests. */
const BUNDLE = await Deno.makeTempFile({ suffix: ".js" });
globalThis.addEventListener("unload", () => Deno.removeSync(BUNDLE));

await run(["task", "compile"]);
await run(["bundle", "--quiet", "--output", BUNDLE, `${ROOT}examples/hono.ts`]);

async function run(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Starts a copy of the executable in an otherwise empty folder with an empty environment. */
async function start(...args: string[]): Promise<Server & { folder: string }> {
  const folder = await Deno.makeTempDir();
  await copyProgram(EXECUTABLE, `${folder}/sluice`);
  const command = ["env", "-i", "./sluice", "--mode", "async", "--port", "0", ...args];
  const server = await startCommand(command, { cwd: folder });
  return Object.assign(server, { folder });
}

const TALKS: Record<string, [send: string, receive: string]> = {
  echo: ["hello", "hello"],
  message: ["hi", "Message received"],
  zen: ["Simple is better than?", "Complex."],
  http: ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK"],
};

for (const [service, [send, receive]] of Object.entries(TALKS)) {
  Deno.test(`the executable serves ${service} in an empty folder`, async () => {
    await using server = await start("--service", service);
    using client = await Client.connect(server);
    await client.send(send);
    assertEquals(await client.receiveText(receive.length), receive);
    client.close();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await Deno.remove(server.folder, { recursive: true });
  });
}

Deno.test("the executable serves log, and derives its connection limit from the descriptor limit", async () => {
  const script = 'ulimit -n 100; exec "$0" "$@"';
  const command = ["bash", "-c", script, EXECUTABLE, "--service", "log", "--port", "0"];
  await using server = await startCommand(command);
  using client = await Client.connect(server);
  await client.send("a line\n");
  await server.logged((line) => line["sluice.line"] === "a line");
  const started = server.log.find((line) => "sluice.service" in line);
  assertEquals(started?.["sluice.max_connections"], 68);
});

Deno.test("the executable has what a handler imports from sluice", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/app.js`,
    `import { HttpError } from "sluice";
    export default { fetch() { throw new HttpError(418, "short and stout"); } };`,
  );
  for (const mode of ["async", "pooled", "forked"]) {
    const command = [EXECUTABLE, "--mode", mode, "--port", "0", `${folder}/app.js`];
    await using server = await startCommand(command);
    const { status, body } = await fetch(`http://127.0.0.1:${server.port}/`);
    await body?.cancel();
    assertEquals(status, 418, mode);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the executable keeps the young generation of each worker's heap small, which idle connections pay for", async () => {
  const folder = await Deno.makeTempDir();
  // Fills the young generation with objects that survive, as a burst of clients does.
  await Deno.writeTextFile(
    `${folder}/app.js`,
    `import { getHeapSpaceStatistics } from "node:v8";
    export default { fetch() {
      const kept = Array.from({ length: 1_000_000 }, (_, i) => ({ i, text: [i] }));
      const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
      return new Response(String(kept.length && young.space_size));
    } };`,
  );
  for (const mode of ["async", "pooled", "forked"]) {
    const command = [EXECUTABLE, "--mode", mode, "--port", "0", `${folder}/app.js`];
    await using server = await startCommand(command);
    const size = Number(await (await fetch(`http://127.0.0.1:${server.port}/`)).text());
    assert(size > 0 && size <= 3 * 4 * 1024 ** 2, `${mode}: found ${size} bytes`);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the executable serves a JavaScript handler, and suggests deno bundle for TypeScript", async () => {
  const folder = await Deno.makeTempDir();
  const handler = `export default { framing: { type: "lines" }, handle: (l) => l.toUpperCase() };`;
  await Deno.writeTextFile(`${folder}/handler.js`, handler);
  await Deno.writeTextFile(`${folder}/handler.ts`, `${handler}\nexport const x: number = 1;`);
  await using server = await startCommand(
    [EXECUTABLE, "--port", "0", "--handler", `${folder}/handler.js`],
  );
  using client = await Client.connect(server);
  await client.send("quiet\n");
  assertEquals(await client.receiveText(6), "QUIET\n");
  const { code, stderr } = await new Deno.Command(EXECUTABLE, {
    args: ["check", "--handler", `${folder}/handler.ts`],
  }).output();
  assertEquals(code, 78);
  assertStringIncludes(new TextDecoder().decode(stderr), "deno bundle");
  await Deno.remove(folder, { recursive: true });
});

for (const [promise, play] of Object.entries(HONO_CASES)) {
  testEachPlace(`the executable serves a bundled Hono application: it ${promise}`, async (mode) => {
    const args = mode.args("--handler", BUNDLE, "--port", "0");
    await using server = await startCommand([EXECUTABLE, ...args]);
    await play(server);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("the executable benchmarks itself and its peers, and writes both reports", async () => {
  const folder = await Deno.makeTempDir();
  const { code, stderr } = await new Deno.Command(EXECUTABLE, {
    args: [
      ...["bench", "--workload", "echo", "--peers", "--modes", "async,threaded,forked"],
      ...["--connections", "4", "--duration", "200ms", "--warmup", "100ms", "--runs", "1"],
      ...["--html", "page.html", "--json", "report.json"],
    ],
    cwd: folder,
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const report: BenchReport = JSON.parse(await Deno.readTextFile(`${folder}/report.json`));
  const subjects = report.cases.map(({ subject }) => subject.mode ?? subject.name);
  for (const one of ["async", "threaded", "forked", "Deno.listen"]) {
    assert(subjects.includes(one), `${one} is not among ${subjects.join(", ")}`);
  }
  const page = await Deno.readTextFile(`${folder}/page.html`);
  assertStringIncludes(page, "uPlot");
  await Deno.remove(folder, { recursive: true });
});
