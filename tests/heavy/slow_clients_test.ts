/** Clients that are slow on purpose: they end by the deadlines, and nobody else waits for them. */
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
/** How long, in milliseconds, a busy machine may need to have all of them come and go. */
const PATIENCE = 90_000;
/** Milliseconds between two ordinary requests. */
const PAUSE = 10;
/** Bytes that the system's buffers cannot hold. */
const LARGE = 16 * 1024 ** 2;

/** Clients that are slow in one way of `slowhttptest`, until they are told to go. */
class SlowClients implements AsyncDisposable {
  readonly #tool: Deno.ChildProcess;

  constructor(url: string, ...how: string[]) {
    // So many a second that the last has come when the first is ended, and no more: the system
    // has megabytes to find for each of those that do not read.
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
    } catch { // It ends by itself when all its connections are closed, if it sees that.
    }
    await this.#tool.status;
  }
}

/** Sends one ordinary request; how long it took, in milliseconds. */
async function request(server: Server): Promise<number> {
  const started = performance.now();
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const answer = await client.receiveAll();
  assert(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("Hello, World!"), answer);
  return performance.now() - started;
}

/** Sends ordinary requests one after the other until something is so; how long each took. */
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

/** The records of the clients that were ended by a deadline, by the way in which they were slow. */
function endedBy(server: Server): readonly (readonly LogLine[])[] {
  const isLate = (what: string) => (line: LogLine) =>
    line["http.response.status_code"] === 408 &&
    String(line["sluice.request.reason"]).startsWith(`the ${what} took longer`);
  const isCut = (line: LogLine) =>
    line["sluice.connection.ended_by"] === "timeout" &&
    line["sluice.connection.phase"] === "writing";
  return [isLate("header"), isLate("body"), isCut].map(server.records);
}

for (const mode of ["async", "pooled", "forked"]) {
  testWith(
    "slowhttptest",
    `--mode ${mode}: 3 times ${CLIENTS} clients that send a header, send a body and read slowly all end by the deadlines, and others are served meanwhile`,
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
      assert(half < 50 && most < 500, `half took ${half} ms, nine of ten took ${most} ms`);

      await status.says("none is open", ({ totals }) => totals.open === 0);
      await until("the descriptors are back", () => descriptors(server) <= before);
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assertEquals(endedBy(server).map((records) => records.length), [CLIENTS, CLIENTS, CLIENTS]);
      assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
    },
  );
}
