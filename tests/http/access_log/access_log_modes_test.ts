import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { testEachMode, testEachPlace, workers } from "../../helpers/modes.ts";
import { runMain, startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

const LINE =
  /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:[\d:]{8} \+0000\] "GET \/\?n=(\d+) HTTP\/1\.1" 200 13 "-" "test" \d+-\d+-\d+$/;

/** A temporary folder for logs. */
async function makeFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "sluice-access-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Sends requests from several clients, numbered from `first` on. */
async function request(
  server: { port: number },
  { clients }: { clients: number },
  first: number,
  count: number,
): Promise<void> {
  const many = Math.min(clients, 4);
  await Promise.all(Array.from({ length: many }, async (_, i) => {
    for (let n = i; n < count; n += many) {
      using client = await Client.connect(server);
      await client.send(`GET /?n=${first + n} HTTP/1.1\r\nHost: x\r\nUser-Agent: test\r\n\r\n`);
      assertMatch(await client.receiveUntil("Hello, World!"), /^HTTP\/1\.1 200 /);
    }
  }));
}

/** The numbers of the requests in a file of complete lines. */
async function recorded(path: string): Promise<number[]> {
  const text = await Deno.readTextFile(path);
  assert(text === "" || text.endsWith("\n"), `${path} ends within a line`);
  return text.split("\n").slice(0, -1).map((line) => {
    assertMatch(line, LINE);
    return Number(LINE.exec(line)?.[1]);
  });
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

testEachMode(
  "--access-log records each request once, even right before the exit",
  async (mode) => {
    await using folder = await makeFolder();
    const path = `${folder.path}/access`;
    await using server = await startServer(mode.args("--access-log", path));
    await request(server, mode, 0, 100);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(sorted(await recorded(path)), upTo(100));
    assertEquals(server.stderr, "");
  },
);

testEachMode(
  "--access-log loses no request that was answered before SIGQUIT",
  async (mode) => {
    await using folder = await makeFolder();
    const path = `${folder.path}/access`;
    await using server = await startServer(mode.args("--access-log", path));
    await request(server, mode, 0, 10);
    server.kill("SIGQUIT");
    await server.exited;
    assertEquals(sorted(await recorded(path)), upTo(10));
  },
);

for (const name of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${name}: --access-log has all requests answered before a crash`, async () => {
    await using folder = await makeFolder();
    await using handler = await makeHandler(
      `export default {
        routes: {
          "GET /": () => "Hello, World!",
          "GET /crash": () => {
            queueMicrotask(() => { throw new Error("Crashed"); });
            return new Promise(() => {});
          },
        },
      };`,
    );
    const path = `${folder.path}/access`;
    const args = [...workers(name, 1), "--max-threads", "1", ...handler.args];
    await using server = await startServer([...args, "--access-log", path]);
    await request(server, { clients: 1 }, 0, 10);
    using client = await Client.connect(server);
    await client.send("GET /crash HTTP/1.1\r\nHost: x\r\n\r\n");
    await server.logged("Worker crashed");
    server.kill("SIGTERM");
    await server.exited;
    assertEquals(await recorded(path), upTo(10));
  });
}

testEachPlace("--access-log is reopened by SIGHUP, without losing lines", async (mode) => {
  await using folder = await makeFolder();
  const path = `${folder.path}/access`;
  const old = `${folder.path}/old`;
  await using server = await startServer(mode.args("--access-log", path));
  await request(server, mode, 0, 20);
  await until("the requests are recorded", async () => (await recorded(path)).length === 20);
  await Deno.rename(path, old);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  await request(server, mode, 20, 20);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(sorted(await recorded(old)), upTo(20));
  assertEquals(sorted(await recorded(path)), upTo(40).slice(20));
});

testEachPlace(
  "--access-log - shares standard output with the log, in whole lines",
  async (mode) => {
    const args = mode.args("--access-log", "-", "--access-log-format", "json");
    await using server = await startServer(args);
    await request(server, mode, 0, 100);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const lines = server.records((line) => "url.query" in line);
    const numbers = lines.map((line) => Number(String(line["url.query"]).slice("n=".length)));
    assertEquals(sorted(numbers), upTo(100));
    assertEquals(new Set(lines.map((line) => line["sluice.request.id"])).size, 100);
  },
);

Deno.test("--access-log is rotated like the log", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/access`;
  const limits = ["--log-max-size", "4kb", "--log-max-files", "20"];
  await using server = await startServer(["--access-log", path, ...limits]);
  await request(server, { clients: 2 }, 0, 200);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const files = [...Deno.readDirSync(folder.path)].map(({ name }) => `${folder.path}/${name}`);
  assert(files.length > 2, `${files.length} files`);
  const numbers: number[] = [];
  for (const file of files) {
    assert(Deno.statSync(file).size <= 4096, file);
    numbers.push(...await recorded(file));
  }
  assertEquals(sorted(numbers), upTo(200));
});

Deno.test("--access-log-format changes with a reload, unlike --access-log", async () => {
  await using folder = await makeFolder();
  const config = `${folder.path}/s.json`;
  const path = `${folder.path}/access`;
  const write = (accessLog: string, format: string) =>
    Deno.writeTextFile(
      config,
      JSON.stringify({ "access-log": accessLog, "access-log-format": format }),
    );
  await write(path, "combined");
  await using server = await startServer(["--config", config]);
  await request(server, { clients: 1 }, 0, 1);
  await write(`${folder.path}/other`, "json");
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  const warning = await server.logged("Some settings change only on restart");
  assertEquals(warning["sluice.settings"], "--access-log");
  await request(server, { clients: 1 }, 1, 1);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const [before = "", after = ""] = (await Deno.readTextFile(path)).split("\n");
  assertMatch(before, LINE);
  assertEquals(JSON.parse(after)["url.query"], "n=1");
});

Deno.test("--access-log that cannot be opened fails the start", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/missing/access`;
  const { code, stderr } = await runMain(["--port", "0", "--access-log", path]);
  assertEquals(code, 73);
  assertMatch(
    stderr,
    /^sluice: Cannot write the access log file [^\n]+, choose another --access-log\n$/,
  );
});
