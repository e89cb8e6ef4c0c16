/** A failed start, in every mode, prints one line on stderr and exits with the code for its cause. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../helpers/free_port.ts";
import { testEachMode, workers } from "../helpers/modes.ts";
import { runMain, startServer } from "../helpers/server.ts";
import { echoOver } from "../helpers/talk.ts";

/** Checks that a server does not start. */
async function failsToStart(args: readonly string[], code: number, says: RegExp): Promise<void> {
  const result = await runMain(args);
  assertMatch(result.stderr, /^sluice: [^\n]+\n$/, "not one line");
  assertMatch(result.stderr, says);
  assertEquals(result.code, code);
  assert(!result.stdout.includes("Serving"), "it served");
}

interface BadHandler {
  /** Null for a file that does not exist. */
  readonly source: string | null;
  readonly code: number;
  readonly says: RegExp;
}

const BAD_HANDLERS: Record<string, BadHandler> = {
  "does not exist": { source: null, code: 66, says: /no such file/ },
  "does not parse": { source: "export default {", code: 78, says: /Cannot use the handler/ },
  "exports no known shape": {
    source: "export default { go() {} };",
    code: 78,
    says: /\{ go \}.*\{ serve \}/,
  },
  "throws while loading": {
    source: `throw new Error("at import");`,
    code: 78,
    says: /at import/,
  },
};

for (const [name, { source, code, says }] of Object.entries(BAD_HANDLERS)) {
  testEachMode(`a handler that ${name} fails the start with ${code}`, async ({ args }) => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/handler.js`;
    if (source !== null) await Deno.writeTextFile(path, source);
    await failsToStart(args("--handler", path, "--port", "0"), code, says);
    await Deno.remove(folder, { recursive: true });
  });
}

const IN_USE = /address in use.*--port/;

testEachMode("a port in use fails the start with 69", async ({ args }) => {
  await using server = await startServer(args("--service", "echo"));
  await failsToStart(args("--service", "echo", "--port", String(server.port)), 69, IN_USE);
});

for (const [first = "", second = ""] of [["async", "forked"], ["forked", "async"]]) {
  Deno.test(`--mode ${second}: a port in use by a server in ${first} mode fails the start with 69`, async () => {
    await using server = await startServer(workers(first));
    const args = [...workers(second), "--port", String(server.port)];
    await failsToStart(args, 69, IN_USE);
  });
}

testEachMode(
  "of two servers that start at once on a port, one serves and one fails",
  async ({ args }) => {
    const port = String(freePort());
    const start = () => startServer(args("--service", "echo", "--port", port));
    const [one, other] = await Promise.allSettled([start(), start()]);
    await using servers = new AsyncDisposableStack();
    const failures: string[] = [];
    for (const result of [one, other]) {
      if (result.status === "fulfilled") servers.use(result.value);
      else failures.push(String(result.reason));
    }
    assertEquals(failures.length, 1);
    assertMatch(failures[0] ?? "", IN_USE);
  },
);

/** A Unix socket cannot be opened twice, so only a lane on the main thread can listen on one. */
const MODES_WITH_UNIX_SOCKETS = ["single", "async"];

testEachMode(
  "a Unix socket is served on the main thread, and fails the start with 64 elsewhere",
  async ({ name, args }) => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/socket`;
    const unix = args("--service", "echo", "--bind", `unix:${path}`);
    if (MODES_WITH_UNIX_SOCKETS.includes(name)) {
      await using _server = await startServer(unix);
      assertEquals(await echoOver(await Deno.connect({ transport: "unix", path })), "hello");
    } else {
      await failsToStart(unix, 64, /"unix:.*Unix socket.*expected TCP addresses/);
    }
    await Deno.remove(folder, { recursive: true });
  },
);
