/** Clients that are slow on purpose: deadlines end them, and other clients are not delayed. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../helpers/client.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf, descriptorsOf } from "../helpers/process.ts";
import { type LogLine, type Server, startServer } from "../helpers/server.ts";
import { makeSite } from "../helpers/site.ts";
import { statusFile } from "../helpers/status.ts";
import { testWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

/** Slow clients of each kind. */
const CLIENTS = 500;
const DEADLINES = ["--header-timeout", "3s", "--body-timeout", "3s", "--write-timeout", "3s"];
/** How long a busy machine may take to serve all of them, in milliseconds. */
const PATIENCE = 90_000;
/** Milliseconds between two ordinary requests. */
const PAUSE = 10;
/** More bytes than the system's buffers hold. */
const LARGE = 16 * 1024 ** 2;

/** Clients that `slowhttptest` makes slow in one of its ways, until they are disposed. */
class SlowClients implements AsyncDisposable {
  readonly #tool: Deno.ChildProcess;

  constructor(url: string, ...how: string[]) {
    // Fast enough that the last connects before the first is ended, but no faster: the system
    // needs megabytes for each client that does not read.
    const count = ["-c", String(CLIENTS), "-r", "170"];
    const times = ["-i", "1", "-p", "60", "-l", String(PATIENCE / 1000)];
    this.#tool = new Deno.Command("slowhttptest", {
      args: [...how, "-u", url, ...count, ...times],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#tool.kill("SIGKILL");
    } catch { // It may have exited, once all of its connections were closed.
    }
    await this.#tool.status;
  }
}

/** Sends one ordinary request; its duration in milliseconds. */
async function request(server: Server): Promise<number> {
  const started = performance.now();
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const response = await client.receiveAll();
  assert(
    response.startsWith("HTTP/1.1 200 OK\r\n") && response.endsWith("Hello, World!"),
    response,
  );
  return performance.now() - started;
}

/** Sends ordinary requests, one after another, until a condition holds; their sorted durations. */
async function requestUntil(what: string, server: Server, isSo: () => boolean): Promise<number[]> {
  const times: number[] = [];
  await until(what, async () => {
    times.push(await request(server));
    await delay(PAUSE);
    return isSo();
  }, PATIENCE);
  return times.sort((a, b) => a - b);
}

/** Open descriptors of all processes of a server. */
function descriptors({ pid }: Server): number {
  return [pid, ...childrenOf(pid)].map(descriptorsOf).reduce((sum, count) => sum + count);
}

/** The log records of clients that a deadline ended, by the way in which they were slow. */
function endedBy(server: Server): readonly (readonly LogLine[])[] {
  const isLate = (what: string) => (line: LogLine) =>
    line["http.response.status_code"] === 408 &&
    String(line["sluice.request.reason"]).startsWith(`the ${what} took longer`);
  const isCut = (line: LogLine) =>
    line["sluice.connection.ended_by"] === "timeout" &&
    line["sluice.connection.phase"] === "writing";
  return [isLate("header"), isLate("body"), isCut].map((match) => server.records(match));
}

for (const mode of ["async", "forked"]) {
  testWith(
    "slowhttptest",
    `--mode ${mode}: deadlines end 3 times ${CLIENTS} clients that send a header, send a body or read slowly, and other clients are served`,
    async () => {
      await using status = await statusFile();
      await using site = await makeSite({ "large.bin": new Uint8Array(LARGE) });
      await using server = await startServer([
        ...[...workers(mode), "--service", "http", "--root", site.root, "--lab"],
        ...[...DEADLINES, ...status.args],
      ]);
      await Promise.all(Array.from({ length: 10 }, () => request(server)));
      const before = descriptors(server);

      const url = `http://127.0.0.1:${server.port}`;
      let times: number[];
      {
        await using _header = new SlowClients(`${url}/`, "-H");
        await using _body = new SlowClients(`${url}/echo`, "-B");
        const reading = ["-w", "512", "-y", "1024", "-n", "1", "-z", "32"];
        await using _reading = new SlowClients(`${url}/large.bin`, "-X", ...reading);
        times = await requestUntil(
          "all slow clients are ended",
          server,
          () => endedBy(server).every((records) => records.length === CLIENTS),
        );
      }
      const [half = 0, most = 0] = [0.5, 0.9].map((part) => times[Math.floor(times.length * part)]);
      assert(half < 250 && most < 2000, `median ${half} ms, 90th percentile ${most} ms`);

      await status.says("none is open", ({ totals }) => totals.open === 0);
      await until("the descriptors are back", () => descriptors(server) <= before);
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assertEquals(endedBy(server).map((records) => records.length), [CLIENTS, CLIENTS, CLIENTS]);
      assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
    },
  );
}
