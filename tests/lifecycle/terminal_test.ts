/** The log of a server on a terminal, in every mode. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { askAlone } from "../helpers/http_client.ts";
import { SERVER } from "../helpers/server.ts";
import { testEachPlaceWith, testWith } from "../helpers/tools.ts";
import { until, waitFor } from "../helpers/until.ts";

// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/** A server whose standard output is a terminal of 80 columns, killed on dispose. */
class TerminalServer implements AsyncDisposable {
  text = "";
  port = 0;
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<void>;

  private constructor(args: readonly string[]) {
    const command = [...SERVER, ...args, "--port", "0"].map((word) => `'${word}'`).join(" ");
    this.#child = new Deno.Command("script", {
      args: ["-qefc", `stty cols 80; exec ${command}`, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#read = this.#readAll();
  }

  static async start(args: readonly string[]): Promise<TerminalServer> {
    const server = new TerminalServer(args);
    const port = await waitFor(
      "it serves",
      () => /Serving .*:(\d+)/.exec(server.lines.join("\n"))?.[1] ?? null,
    );
    server.port = Number(port);
    return server;
  }

  /** The lines so far, without colours, and without one whose end has not come yet. */
  get lines(): string[] {
    return this.text.replaceAll(COLOURS, "").split(/\r?\n/).slice(0, -1);
  }

  async shows(text: string): Promise<void> {
    await until(`it shows ${text}`, () => this.lines.some((line) => line.includes(text)));
  }

  /** The id of its process. */
  get pid(): number {
    const [, pid] = /process\.pid=(\d+)/.exec(this.lines.join("\n")) ?? [];
    return Number(pid);
  }

  /** Kills the server, which hangs. */
  kill(): void {
    Deno.kill(this.pid, "SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stdin = this.#child.stdin.getWriter();
    // Ctrl-C; the program may have ended, and script(1) with it.
    await stdin.write(Uint8Array.of(3)).catch(() => {});
    await this.#read;
    await this.#child.status;
    await stdin.close().catch(() => {});
  }

  async #readAll(): Promise<void> {
    const texts = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of texts) this.text += text;
  }
}

const ROUTES = `export default { routes: {
  "GET /**": () => "ok",
  "GET /fail": () => { throw new Error("no"); },
} };`;

testEachPlaceWith("script", "on a terminal, a request is one short line", async ({ args }) => {
  await using handler = await makeHandler(ROUTES);
  await using server = await TerminalServer.start(args(...handler.args));
  await askAlone(server, "GET", `/${"long/".repeat(50)}`);
  await askAlone(server, "GET", "/short");
  await askAlone(server, "GET", "/fail");
  const requests = () => server.lines.filter((line) => line.includes(" INFO  GET "));
  await until("all are shown", () => requests().length >= 3);
  for (const line of requests()) {
    assertMatch(line, /^\d\d:\d\d:\d\d INFO {2}GET \/\S+ (200|500) [\d.]+m?s 127\.0\.0\.1$/);
    assert(line.length <= 80, line);
  }
  await server.shows("ERROR Request failed: the handler threw");
  await server.shows("    http.request.method=GET url.path=/fail http.route=/fail");
  await server.shows(".js:3:30)");
  const at = server.lines.indexOf("    Error: no");
  assertEquals(server.lines.slice(at + 1, at + 3), [
    '    3 |   "GET /fail": () => { throw new Error("no"); },',
    `      | ${" ".repeat(29)}^`,
  ]);
  assertMatch(server.lines[at + 3] ?? "", /^ {4}at .*\.js:3:30\)$/);
  assert(!server.text.includes("Connection closed"));
});

testWith(
  "script",
  "on a terminal, connections end at level debug, and --access-log - replaces the short lines",
  async () => {
    await using handler = await makeHandler(ROUTES);
    const options = ["--access-log", "-", "--log-level", "debug"];
    await using server = await TerminalServer.start([...handler.args, ...options]);
    using client = await Client.connect(server);
    await client.send("GET /short HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await client.receiveAll();
    await server.shows("DEBUG Connection closed");
    await server.shows('"GET /short HTTP/1.1" 200');
    assertEquals(server.lines.filter((line) => line.includes("/short")).length, 1);
  },
);

testEachPlaceWith(
  "script",
  "on a terminal, what a handler prints before it hangs is shown",
  async ({ args }) => {
    await using handler = await makeHandler(
      `export default { routes: { "GET /": () => { console.log("here"); console.log("there"); for (;;); } } };`,
    );
    await using server = await TerminalServer.start(args(...handler.args));
    await server.shows("process.pid=");
    try {
      using client = await Client.connect(server);
      await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await server.shows("INFO  here");
      await server.shows("INFO  there");
    } finally {
      server.kill();
    }
  },
);

testWith(
  "script",
  "a parent of --respawn on a terminal passes on INT that only it has got",
  async () => {
    await using server = await TerminalServer.start(["--service", "echo", "--respawn"]);
    await server.shows("process.pid=");
    const [, parent] = /^PPid:\s+(\d+)$/m.exec(
      Deno.readTextFileSync(`/proc/${server.pid}/status`),
    ) ?? [];
    Deno.kill(Number(parent), "SIGINT");
    await server.shows("SIGINT received: stopping");
    await server.shows("Stopped");
  },
);
