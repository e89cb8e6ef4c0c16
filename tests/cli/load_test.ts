import { assert, assertEquals, assertMatch } from "@std/assert";
import { PERCENTILES } from "../../src/bench/report.ts";
import { freePort } from "../helpers/free_port.ts";
import { makeMark } from "../helpers/mark.ts";
import { opensPipe } from "../helpers/process.ts";
import { runMain, SERVER, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

/** The JSON that `--json` writes. */
interface Data {
  readonly url: string;
  readonly seconds: number;
  readonly requests: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly latency: { readonly p50: number; readonly max: number; readonly curve: number[] };
  readonly generator: Readonly<Record<"busy" | "waiting" | "of_ceiling", number>>;
  readonly ceiling: number;
  readonly limited: string | null;
  readonly percentiles: readonly number[];
}

/** Starts `sluice load` in the background. */
function startLoadCommand(args: readonly string[], env: Readonly<Record<string, string>>) {
  const [program = "", ...before] = SERVER;
  const child = new Deno.Command(program, {
    args: [...before, "load", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env,
  }).spawn();
  const output = child.output();
  return {
    pid: child.pid,
    interrupt() {
      try {
        child.kill("SIGINT");
      } catch { // It has exited.
      }
    },
    async ended() {
      const { code, stdout, stderr } = await output;
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch { // It has exited.
      }
      await output;
    },
  };
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sluice load prints its figures, writes them to a file, and leaves no process behind", async () => {
  const mark = makeMark();
  await using server = await startServer(["--mode", "async"]);
  const url = `http://127.0.0.1:${server.port}/`;
  await withFolder(async (folder) => {
    const json = `${folder}/load.json`;
    const rate = ["--rate", "200", "--connections", "4", "--duration", "3s"];
    const { code, stdout, stderr } = await runMain(["load", url, ...rate, "--json", json], {
      env: mark.env,
    });
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.split("\n");
    assertEquals(lines.pop(), "");
    assert(lines[0]?.startsWith(`Load:      ${url}, 4 connections, 200/s, `), lines[0]);
    assertEquals(lines.map((line) => line.split(":")[0]), [
      ...["Load", "Requests", "Received", "p50", "p90", "p99", "p99.9", "max", "Errors"],
      "Generator",
    ]);
    assertMatch(lines[1] ?? "", /^Requests: {2}[\d.]+\/s$/);
    for (const line of lines.slice(3, 8)) assertMatch(line, /^[\w.]+: +[\d.,]+ ms$/);
    assertEquals(lines[8], "Errors:    none");
    assertMatch(
      lines[9] ?? "",
      /^Generator: \d+% of its ceiling of [\d,]+\/s; ran \d+% of the time, waited for a processor \d+%$/,
    );
    const data: Data = JSON.parse(await Deno.readTextFile(json));
    assertEquals([data.url, data.errors, data.limited], [url, {}, null]);
    assert(data.seconds >= 3 && data.seconds < 20, `${data.seconds} s`);
    const due = 200 * data.seconds;
    // A server that stands still at the end answers later.
    assert(data.requests > due / 4 && data.requests <= due + 1, `${data.requests} of ${due}`);
    assert(data.bytes_in > data.requests * 100 && data.bytes_out > data.requests * 20);
    assertEquals(data.percentiles, [...PERCENTILES]);
    assertEquals(data.latency.curve.length, PERCENTILES.length);
    assert(data.latency.p50 > 0 && data.latency.max >= data.latency.p50);
    assert(data.ceiling > 1000, `a ceiling of ${data.ceiling}/s`);
    assertEquals(data.generator.of_ceiling, data.requests / data.seconds / data.ceiling);
  });
  await mark.allGone();
});

Deno.test("sluice load writes to a named pipe with a reader, and a second signal ends its wait for one", async () => {
  await using server = await startServer(["--mode", "async"]);
  await withFolder(async (folder) => {
    const pipe = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const args = [`http://127.0.0.1:${server.port}/`, "--duration", "100ms", "--json", pipe];
    const reader = new Deno.Command("cat", { args: [pipe] }).output();
    {
      await using load = startLoadCommand(args, {});
      const { stdout } = await reader;
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)).errors, {});
      assertEquals((await load.ended()).code, 0);
    }
    await using unread = startLoadCommand(args, {});
    await until("it waits for a reader", () => opensPipe(unread.pid));
    // The first one only interrupts the measurement, which has ended.
    const timer = setInterval(() => unread.interrupt(), 100);
    assertEquals((await unread.ended()).code, 130);
    clearInterval(timer);
  });
});

Deno.test("sluice load prints only the JSON of the results so far when interrupted, and exits 130", async () => {
  const mark = makeMark();
  let requests = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response("", { status: ++requests % 2 === 0 ? 503 : 200 });
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const args = [url, "--rate", "100", "--connections", "2", "--duration", "1h", "--json", "-"];
  await using load = startLoadCommand(args, mark.env);
  await until("it loads", () => requests >= 20);
  const start = performance.now();
  load.interrupt();
  const { code, stdout, stderr } = await load.ended();
  const took = performance.now() - start;
  assert(took < 10_000, `${took} ms`);
  assertEquals([code, stderr], [130, ""]);
  const { seconds, requests: answered, errors }: Data = JSON.parse(stdout);
  assert(seconds > 0.15 && seconds < 3600, `${seconds} s`);
  assertEquals(Object.keys(errors), ["status 503"]);
  const { "status 503": failed = 0 } = errors;
  // Every other response fails; one after the interrupt counts only if it fails.
  assert(answered > 0 && failed >= answered - 3, `${answered} answered, ${failed} failed`);
  await mark.allGone();
});

Deno.test("sluice load of a URL that is not there says so, and exits 69", async () => {
  await using server = await startServer(["--mode", "async"]);
  const url = `http://127.0.0.1:${server.port}/nope`;
  const args = ["--rate", "100", "--connections", "2", "--duration", "200ms"];
  const { code, stdout, stderr } = await runMain(["load", url, ...args]);
  assertMatch(stdout, /^Errors: {4}\d+ status 404$/m);
  assertMatch(
    stderr,
    /^sluice: Cannot load "http.*\/nope": every request failed, with \d+ status 404, expected a status below 400\n$/,
  );
  assertEquals(code, 69);
  const json = await runMain(["load", url, ...args, "--json", "-"]);
  assertEquals(Object.keys(JSON.parse(json.stdout).errors), ["status 404"]);
  assertEquals(json.code, 69);
});

Deno.test("sluice load says so when interrupted before it has measured, and exits 130", async () => {
  const mark = makeMark();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(""),
  );
  await using load = startLoadCommand([`http://127.0.0.1:${server.addr.port}/`], mark.env);
  // The command itself, the null server, and the load on it.
  await until("it measures itself", () => mark.processes().length === 3);
  load.interrupt();
  const { code, stdout, stderr } = await load.ended();
  assertEquals([code, stdout], [130, ""]);
  assertEquals(stderr, "Interrupted before anything was measured\n");
  await mark.allGone();
});

Deno.test("sluice load reports a usage error in one line, before it connects", async (t) => {
  const port = freePort();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  const expected = "expected http://HOST:PORT/PATH or tcp://HOST:PORT";
  const cases: Record<string, { args: readonly string[]; code: number; says: string }> = {
    "text that is not a URL": {
      args: ["127.0.0.1:8080"],
      code: 64,
      says: `Cannot use the URL "127.0.0.1:8080": it is not a URL, ${expected}`,
    },
    "https": {
      args: ["https://127.0.0.1/"],
      code: 64,
      says: `Cannot use the URL "https://127.0.0.1/": TLS is not supported, ${expected}`,
    },
    "tcp without a port": {
      args: ["tcp://127.0.0.1"],
      code: 64,
      says: `Cannot use the URL "tcp://127.0.0.1": it names no port, ${expected}`,
    },
    "a port without a listener": {
      args: [`http://127.0.0.1:${port}/`],
      code: 69,
      says:
        `Cannot load "http://127.0.0.1:${port}/": cannot connect to 127.0.0.1:${port}: connection refused`,
    },
    "a folder for the JSON that does not exist": {
      args: [url, "--json", "/no/such/folder/load.json"],
      code: 73,
      says: `Cannot write "/no/such/folder/load.json": its folder does not exist`,
    },
    "a request file that does not exist": {
      args: [url, "--request", "/no/such/file"],
      code: 66,
      says: `Cannot read the request "/no/such/file": no such file`,
    },
  };
  for (const [name, { args, code, says }] of Object.entries(cases)) {
    await t.step(name, async () => {
      assertEquals(await runMain(["load", ...args]), {
        code,
        stdout: "",
        stderr: `sluice: ${says}\n`,
      });
    });
  }
  // This test is the first client in the accept queue: the command has never connected.
  using own = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using first = await listener.accept();
  assertEquals(first.remoteAddr, own.localAddr);
});

Deno.test("sluice load exits 77 without permission to call foreign functions", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(""),
  );
  const names = ["net", "read", "write", "env", "run", "sys"];
  const [program = "", ...args] = SERVER.flatMap((argument) =>
    argument === "-A" ? ["--no-prompt", ...names.map((name) => `--allow-${name}`)] : [argument]
  );
  const { code, stderr } = await new Deno.Command(program, {
    args: [...args, "load", `http://127.0.0.1:${server.addr.port}/`],
    stdin: "null",
  }).output();
  assertEquals(code, 77);
  assertEquals(
    new TextDecoder().decode(stderr),
    "sluice: Cannot generate load: expected the permission for foreign functions, " +
      "as --allow-ffi gives it\n",
  );
});
