/** HTTP with well-known tools as clients, in every mode. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ModeUnderTest } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { makeSite, pattern } from "../../helpers/site.ts";
import { runTool, testEachModeWith, testEachPlaceWith } from "../../helpers/tools.ts";

const MB = 1024 ** 2;

/** Runs a tool against a server, which must then stop properly, having logged no warnings. */
async function against(
  { args }: ModeUnderTest,
  options: readonly string[],
  run: (url: string) => Promise<void>,
): Promise<void> {
  await using server = await startServer(args("--service", "http", ...options));
  await run(`http://127.0.0.1:${server.port}`);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(warnings(server), []);
}

function warnings(server: Server): readonly string[] {
  return server.records(({ severity }) => severity !== "INFO").map(({ message }) => message);
}

/** Runs a tool that must succeed; its standard output. */
async function output(
  name: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await runTool(name, args, env);
  assertEquals(code, 0, `${name} ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

const curl = (...args: string[]) =>
  output("curl", ["--silent", "--show-error", "--max-time", "30", ...args]);

testEachModeWith("curl", "curl gets a response to each kind of request", async (mode) => {
  const text = "The whole content of this file is text.\n".repeat(20_000);
  await using site = await makeSite({ "text.txt": text, "bytes.bin": pattern(3 * MB) });
  const upload = `${site.root}/bytes.bin`;
  const echoed = `${site.folder}/echoed`;
  const options = ["--root", site.root, "--lab", "--compress"];
  await against(mode, options, async (url) => {
    assertMatch(await curl("--http1.0", "--include", `${url}/text.txt`), /connection: close/i);
    assertMatch(
      await curl("--head", `${url}/text.txt`),
      new RegExp(`Content-Length: ${text.length}\\r`),
    );

    const sending = ["--upload-file", upload, "--output", echoed];
    const patient = ["--header", "Expect: 100-continue", "--expect100-timeout", "25"];
    const fields = await curl(...sending, ...patient, "--dump-header", "-", `${url}/echo`);
    assertMatch(fields, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    assertEquals(await Deno.readFile(echoed), pattern(3 * MB));

    await curl(...sending, "--header", "Transfer-Encoding: chunked", `${url}/echo`);
    assertEquals(await Deno.readFile(echoed), pattern(3 * MB));

    assertEquals(await curl("--range", "100-299", `${url}/text.txt`), text.slice(100, 300));
    assertEquals(await curl("--range", "-76", `${url}/text.txt`), text.slice(-76));

    const size = ["--output", echoed, "--write-out", "%{http_code} %{size_download}"];
    const [code, received] = (await curl("--compressed", ...size, `${url}/text.txt`)).split(" ");
    assertEquals(code, "200");
    assert(Number(received) < text.length / 10, `${received} of ${text.length} bytes were sent`);
    assertEquals(await Deno.readTextFile(echoed), text);
  });
});

testEachPlaceWith(
  "curl",
  "curl sends 100 MB, and receives them back at the same time",
  async (mode) => {
    await using site = await makeSite();
    const { folder } = site;
    const [sent, received] = [`${folder}/sent`, `${folder}/received`];
    const part = new Uint8Array(64 * 1024);
    using file = await Deno.open(sent, { write: true, create: true });
    for (let length = 0; length < 100 * MB; length += part.length) {
      await file.write(crypto.getRandomValues(part));
    }
    await against(mode, ["--max-body-size", "200mb"], async (url) => {
      await curl("--upload-file", sent, "--output", received, `${url}/echo`);
    });
    const sums = await output("sha256sum", [sent, received]);
    const [first, second] = sums.split("\n").map((line) => line.split(" ")[0]);
    assertEquals(first, second);
    assertEquals((await Deno.stat(received)).size, 100 * MB);
  },
);

testEachModeWith(
  "curl",
  "curl keeps its connection, unless other clients may be waiting",
  async (mode) => {
    await against(mode, [], async (url) => {
      const urls = ["/", "/serviceA", "/serviceB", "/"].map((path) => url + path);
      const results = await curl(
        ...["--write-out", "%{http_code}:%{num_connects} "],
        ...urls.flatMap((each) => ["--output", "/dev/null", each]),
      );
      const isKept = mode.clients > 1;
      assertEquals(results, isKept ? "200:1 200:0 200:0 200:0 " : "200:1 ".repeat(4));
    });
  },
);

testEachPlaceWith("curl", "curl gets 200 URLs, 20 at a time", async (mode) => {
  await against(mode, [], async (url) => {
    const results = await curl(
      ...["--parallel", "--parallel-max", "20", "--no-progress-meter"],
      ...["--write-out", "%{http_code} ", "--output", "/dev/null", `${url}/?[1-200]`],
    );
    assertEquals(results, "200 ".repeat(200));
  });
});

testEachPlaceWith("wrk", "wrk sees no error on 64 connections", async (mode) => {
  await against(mode, [], async (url) => {
    const report = await output("wrk", [...["-t1", "-c64", "-d2s", "--timeout", "10s"], `${url}/`]);
    assertMatch(report, /[1-9]\d* requests in/);
    // The report has lines for these only if there are any.
    assert(!/Socket errors|Non-2xx/.test(report), report);
  });
});

for (const [what, flags] of [["persistent", ["-k"]], ["short", []]] as const) {
  testEachPlaceWith(
    "ab",
    `ab completes 2,000 requests over ${what} connections, 20 at a time`,
    async (mode) => {
      await against(mode, [], async (url) => {
        const report = await output("ab", [...flags, "-q", "-n", "2000", "-c", "20", `${url}/`]);
        assertMatch(report, /Complete requests: +2000\nFailed requests: +0\n/);
        assert(!/Non-2xx|Write errors/.test(report), report);
      });
    },
  );
}

testEachPlaceWith("h2load", "h2load completes 2,000 requests on 20 connections", async (mode) => {
  await against(mode, [], async (url) => {
    const report = await output("h2load", ["--h1", "-n", "2000", "-c", "20", `${url}/`]);
    assertMatch(report, /2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout/);
    assertMatch(report, /status codes: 2000 2xx/);
  });
});

testEachPlaceWith("siege", "siege completes all requests of 20 users", async (mode) => {
  // It writes its configuration into the home directory.
  await using home = await makeSite();
  await against(mode, [], async (url) => {
    const users = ["--benchmark", "--concurrent=20", "--reps=50", "--no-parser"];
    const report = await output("siege", [...users, "--json-output", `${url}/`], {
      HOME: home.folder,
    });
    const [counts] = /\{[^]+\}/.exec(report) ?? [];
    const { transactions, successful_transactions, failed_transactions } = JSON.parse(counts ?? "");
    assertEquals([transactions, successful_transactions, failed_transactions], [1000, 1000, 0]);
  });
});
