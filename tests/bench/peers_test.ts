import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ECHO, HTTP } from "../../src/bench/peers/abilities.ts";
import { definePeer, type Peer } from "../../src/bench/peers/peer.ts";
import { peers } from "../../src/bench/peers/peers.ts";
import { ask as askProgram, locate } from "../../src/bench/peers/program.ts";
import { ExitError } from "../../src/base/exit.ts";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { ask, receiveLastResponse, requestText } from "../helpers/http_client.ts";
import { childrenOf, isAlive } from "../helpers/process.ts";
import { writeScript } from "../helpers/programs.ts";
import { testUnless } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

const WORKERS = 2;
const CONNECTIONS = 16;
/** Milliseconds; an interpreter of Python takes seconds on a busy machine. */
const START_LIMIT = 90_000;
const TEXT = "text/plain; charset=utf-8";

/** A running peer. */
class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: Promise<string>;
  readonly #folder: string;

  private constructor(child: Deno.ChildProcess, readonly port: number, folder: string) {
    this.#child = child;
    this.#said = Promise.all([text(child.stdout), text(child.stderr)]).then((both) =>
      both.join("")
    );
    this.#folder = folder;
  }

  static async start(peer: Peer, workload: string): Promise<Running> {
    const folder = await Deno.makeTempDir({ prefix: "peer-" });
    const port = freePort();
    const job = { workload, port, folder, workers: WORKERS, connections: CONNECTIONS };
    const { command: [program, ...args], env } = await peer.prepare(job);
    const child = new Deno.Command(program, {
      args,
      env: { ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const running = new Running(child, port, folder);
    try {
      await until(`${peer.name} accepts`, () => running.#isAccepting(), START_LIMIT);
      return running;
    } catch (error) {
      await running[Symbol.asyncDispose]();
      throw new Error(`Cannot start ${peer.name}: ${await running.#said}`, { cause: error });
    }
  }

  async #isAccepting(): Promise<boolean> {
    assert(isAlive(this.#child.pid), "it has ended");
    try {
      using _client = await Client.connect(this);
      return true;
    } catch {
      return false;
    }
  }

  /** CPU time of all its processes, in milliseconds. */
  cpuTime(): number {
    const threads = treeOf(this.#child.pid).flatMap((pid) =>
      [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => `/proc/${pid}/task/${name}`)
    );
    const nanoseconds = threads.map((path) => {
      try {
        return Number(Deno.readTextFileSync(`${path}/schedstat`).split(" ")[0]);
      } catch { // The thread of an earlier client has ended.
        return 0;
      }
    });
    return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const tree = treeOf(this.#child.pid);
    for (const pid of tree) end(pid);
    await this.#child.status;
    await until("all of its processes are gone", () => !tree.some(isAlive));
    await Deno.remove(this.#folder, { recursive: true });
    const said = await this.#said;
    assert(!/GET|HTTP\/1/.test(said), `it says something of each request: ${said}`);
  }
}

const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

function end(pid: number): void {
  try {
    Deno.kill(pid, "SIGTERM");
  } catch { // It ended with its parent.
  }
}

async function checkAnswers(server: Running): Promise<void> {
  using client = await Client.connect(server);
  for (let count = 0; count < 2; count++) {
    const { status, fields, body } = await ask(client, "GET", "/");
    assertEquals([status, fields["content-type"], body], [200, TEXT, "Hello, World!"]);
  }
  assertEquals((await ask(client, "GET", "/missing")).status, 404);
  await client.send(requestText("GET", "/", { Connection: "close" }));
  assertEquals((await receiveLastResponse(client)).body, "Hello, World!");
}

/** Waits that hold up no other client; on a slow machine, that takes a long one to see. */
async function checkWait(server: Running): Promise<void> {
  for (const wait of [250, 5000]) if (await leavesOthersAlone(server, wait)) return;
  throw new Error("a request that waits holds up others");
}

/** Whether a client is answered while another one waits so many milliseconds. */
async function leavesOthersAlone(server: Running, wait: number): Promise<boolean> {
  using waiting = await Client.connect(server);
  using other = await Client.connect(server);
  const begin = performance.now();
  let isAnswered = false;
  const answer = ask(waiting, "GET", `/work?io_ms=${wait}`).finally(() => isAnswered = true);
  await ask(other, "GET", "/");
  const wasWaiting = !isAnswered;
  const { status, fields, body } = await answer;
  const expected = [200, TEXT, `Worked 0 ms, waited ${wait} ms`];
  assertEquals([status, fields["content-type"], body], expected);
  // Timers may fire a little early.
  assert(performance.now() - begin > wait - 5);
  return wasWaiting;
}

/** Concurrent requests use as much CPU time as sequential ones, on any number of processors. */
async function checkWork(server: Running): Promise<void> {
  const [count, each] = [4, 20];
  const clients = await Promise.all(
    Array.from({ length: count }, () => Client.connect(server)),
  );
  // The first request may cost more.
  for (const client of clients) await ask(client, "GET", "/work?cpu_ms=1&io_ms=1");
  const before = server.cpuTime();
  const answers = await Promise.all(
    clients.map((client) => ask(client, "GET", `/work?cpu_ms=${each}`)),
  );
  const used = server.cpuTime() - before;
  for (const { body } of answers) assertEquals(body, `Worked ${each} ms, waited 0 ms`);
  // The system counts the current tick of a running thread later.
  assert(used > 0.8 * count * each, `${count} times ${each} ms of work took ${used} ms`);
  for (const client of clients) client.close();
}

async function checkEcho(server: Running): Promise<void> {
  using client = await Client.connect(server);
  // All parts differ.
  const data = new Uint8Array(new Uint32Array(250_000).map((_, i) => i * 2_654_435_761).buffer);
  const [received] = await Promise.all([client.receive(data.length), client.send(data)]);
  assertEquals(received, data);
  await client.end();
  assertEquals(await client.receiveAll(), "");
}

for (const peer of peers(WORKERS)) {
  const found = await peer.find();
  const obstacle = "reason" in found ? found.reason : null;
  const http = HTTP.find((name) => peer.workloads.includes(name));
  const echo = ECHO.find((name) => peer.workloads.includes(name));
  if (http !== undefined) {
    const promise = 'answers with "Hello, World!", and works as long as asked';
    testUnless(obstacle, `${peer.name} ${promise}`, async () => {
      await using server = await Running.start(peer, http);
      await checkAnswers(server);
      if (peer.workloads.includes("io")) await checkWait(server);
      if (peer.workloads.includes("cpu")) await checkWork(server);
    });
  }
  if (echo !== undefined) {
    testUnless(obstacle, `${peer.name} echoes every byte`, async () => {
      await using server = await Running.start(peer, echo);
      await checkEcho(server);
    });
  }
}

Deno.test("peers() has unique names, and no duplicates with one worker", () => {
  for (const workers of [1, 2, 8]) {
    const names = peers(workers).map(({ name }) => name);
    assertEquals(new Set(names).size, names.length);
    assert(!names.some((name) => /\b1 \w+s\b/.test(name)), names.join());
  }
});

Deno.test("docs/peers.md has a row for each peer", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/peers.md", import.meta.url));
  for (const { name } of peers(WORKERS)) {
    const row = name.replace(/\b2 (?=workers|threads|processes)/, "N ");
    assert(docs.includes(`| ${row} `), `docs/peers.md has no row of ${row}`);
  }
});

Deno.test("Peer.prepare() fails with the reason if the peer is missing", async () => {
  const peer = definePeer({
    name: "Nobody",
    workers: null,
    workloads: ["http"],
    find: () => Promise.resolve({ reason: "nobody is not installed" }),
    files: () => ({}),
    command: () => ["nobody"],
  });
  const job = { workload: "http", port: 1, folder: "/", workers: 1, connections: 1 };
  await assertRejects(
    () => peer.prepare(job),
    ExitError,
    "Cannot start Nobody: nobody is not installed",
  );
});

Deno.test("ask() and locate() tell missing, failing, hanging and broken programs apart", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const script = async (name: string, content: string) => {
      const path = `${folder}/${name}`;
      await writeScript(path, content);
      return path;
    };
    const fails = await script("fails", "#!/bin/sh\necho broken >&2; exit 1\n");
    const hangs = await script("hangs", "#!/bin/sh\nexec sleep 60\n");
    const lost = await script("lost", "#!/nowhere/python\n");
    const works = await script("works", "#!/bin/sh\necho 1.0\n");
    assertEquals(await askProgram("it", [fails]), { reason: "it fails: broken" });
    assertEquals(await askProgram("it", [hangs], { limit: 100 }), {
      reason: "it does not end within 0.1 s",
    });
    const started = await askProgram("it", [lost]);
    assertMatch("reason" in started ? started.reason : "", /^it does not start: /);
    assertEquals(await askProgram("it", [works]), { text: "1.0" });
    assertEquals(locate("works", folder), works);
    await Deno.chmod(works, 0o644);
    assertEquals(locate("works", folder), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
