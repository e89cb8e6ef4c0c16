/** Whether each request is counted once, however it ends, and no counter ever goes back. */
import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/load/random.ts";
import type { Status } from "../../../src/ops/status/status.ts";
import { type AccessLog, type AccessRecord, makeAccessLog } from "../../helpers/access_log.ts";
import { ADMIN, adminGet, adminOf } from "../../helpers/admin.ts";
import { startHttpBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { askAlone, receiveResponse, requestText } from "../../helpers/http_client.ts";
import { workers } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

const HANDLER = `export default {
  async fetch(request) {
    switch (new URL(request.url).pathname) {
      case "/later":
        await new Promise((resolve) => setTimeout(resolve, 5));
        return new Response("later");
      case "/throw":
        throw new Error("thrown");
      case "/body":
        return new Response(await request.text());
      case "/large":
        return new Response(new Uint8Array(5e6));
      case "/stream":
        return new Response(new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            controller.enqueue(new Uint8Array(1e4));
          },
        }));
      case "/missing":
        return new Response("missing", { status: 404 });
      case "/moved":
        return new Response(null, { status: 302, headers: { location: "/" } });
      default:
        return new Response("done");
    }
  },
};`;

/** Each client does so much. */
const STEPS = 12;
const CLIENTS = 12;
/** How long processes may take to report, in milliseconds. */
const PATIENCE = 10_000;

/** How often there was each method with each class of status. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(method: string, status: string, count = 1): void {
    const key = `${method} ${status}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** @param isCounted Selects methods. */
  entries(isCounted: (method: string) => boolean = () => true): Record<string, number> {
    const all = [...this.#counts].filter(([key]) => isCounted(key.split(" ")[0] ?? ""));
    return Object.fromEntries(all.toSorted());
  }
}

/** Asks for complete responses on one connection, some of them at once. */
async function converse(server: Server, random: Random, tally: Tally): Promise<void> {
  using client = await Client.connect(server);
  for (let i = 0; i <= random.below(4); i++) {
    const asked = Array.from({ length: 1 + random.below(3) }, () => wellBehaved(random));
    // A lane that retires may end a connection between two requests: what follows does not count.
    if (!await client.send(asked.map(({ text }) => text).join("")).then(() => true, () => false)) {
      return;
    }
    for (const { method, status } of asked) {
      const response = await receiveResponse(client, method).catch(() => null);
      if (response === null) return;
      assertEquals(response.status, status);
      tally.add(method, `${String(status)[0]}xx`);
    }
  }
}

/** The methods of clients that wait for their responses. */
const PATIENT = ["PUT", "POST", "HEAD", "DELETE", "OPTIONS"];
const PATHS = { "/": 200, "/later": 200, "/throw": 500, "/missing": 404, "/moved": 302 };

function wellBehaved(random: Random): { method: string; text: string; status: number } {
  const method = PATIENT[random.below(PATIENT.length)] ?? "PUT";
  const paths = Object.entries(PATHS);
  const [path, status] = paths[random.below(paths.length)] ?? ["/", 200];
  if (method !== "PUT" && method !== "POST") {
    return { method, text: requestText(method, path), status };
  }
  if (random.percent(50)) return { method, text: requestText(method, path, {}, "body"), status };
  const fields = { "Transfer-Encoding": "chunked" };
  const body = "4\r\nbody\r\n0\r\n\r\n";
  return { method, text: requestText(method, "/body", fields, body), status: 200 };
}

const OFFENCES = [
  { method: "_OTHER", text: "nonsense\r\n\r\n" },
  { method: "_OTHER", text: requestText("FROBNICATE", "/missing") },
  { method: "PATCH", text: "PATCH / HTTP/1.1\r\n\r\n" },
  { method: "PATCH", text: requestText("PATCH", "/", { Long: "x".repeat(40_000) }) },
  { method: "PATCH", text: requestText("PATCH", "/", { "Content-Length": 1e12 }) },
  {
    method: "PATCH",
    text: requestText("PATCH", "/body", { "Transfer-Encoding": "chunked" }, "nonsense\r\n"),
  },
] as const;

/** Sends what is refused, and reads the error response. */
async function offend(server: Server, random: Random, tally: Tally): Promise<void> {
  const { method, text } = OFFENCES[random.below(OFFENCES.length)] ?? OFFENCES[0];
  using client = await Client.connect(server);
  await client.send(text);
  const { status } = await receiveResponse(client);
  assert(status >= 400 && status < 500, `${status} to ${text.slice(0, 50)}`);
  tally.add(method, "4xx");
}

/** Leaves in the middle of something. */
async function leave(server: Server, random: Random): Promise<void> {
  using client = await Client.connect(server);
  const text = [
    "",
    "GET / HT",
    requestText("GET", "/later"),
    requestText("GET", "/stream"),
    requestText("GET", "/large"),
    requestText("GET", "/body", { "Content-Length": 100 }) + "part",
    requestText("GET", "/") + requestText("GET", "/later") + "GET ",
  ][random.below(7)] ?? "";
  await client.send(text);
  if (text.includes(" /stream") || random.percent(30)) {
    // Some get nothing that they could wait for.
    if (/ \/(stream|large|later) /.test(text)) await client.receive(5);
  }
  if (random.percent(30)) await client.end();
}

async function visit(server: Server, random: Random, tally: Tally): Promise<void> {
  for (let i = 0; i < STEPS; i++) {
    const kind = random.below(100);
    if (kind < 50) await converse(server, random, tally);
    else if (kind < 70) await offend(server, random, tally);
    else await leave(server, random);
  }
}

function ofStatus({ totals }: Status): Tally {
  const tally = new Tally();
  for (const { method, status, count } of totals.responses) tally.add(method, status, count);
  return tally;
}

const KNOWN = ["GET", "PATCH", ...PATIENT];

function ofAccessLog(records: readonly AccessRecord[]): Tally {
  const tally = new Tally();
  for (const record of records) {
    const method = String(record["http.request.method"] ?? "");
    const status = record["http.response.status_code"];
    const shown = status === undefined ? "none" : `${String(status)[0]}xx`;
    tally.add(KNOWN.includes(method) ? method : "_OTHER", shown);
  }
  return tally;
}

async function statusOf(server: Server): Promise<Status> {
  return (await adminGet(server, "/status")).json;
}

/** Waits until the status and the access log have the same requests; processes report with delay. */
async function sameInBoth(server: Server, accessLog: AccessLog, seed: number): Promise<Tally> {
  let [counted, logged] = [new Tally(), new Tally()];
  const agree = async () => {
    [counted, logged] = [ofStatus(await statusOf(server)), ofAccessLog(await accessLog.records(0))];
    return JSON.stringify(counted.entries()) === JSON.stringify(logged.entries());
  };
  await until("both agree", agree, PATIENCE).catch(() => {});
  assertEquals(counted.entries(), logged.entries(), `seed ${seed}`);
  return counted;
}

/** Sends all kinds of clients, and compares what they, the status and the access log have. */
async function checkCounts(server: Server, accessLog: AccessLog): Promise<void> {
  const seed = Math.floor(2 ** 31 * Math.random());
  const expected = new Tally();
  const visiting = Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => visit(server, new Random(seed + i), expected)),
  );
  // What lanes that are gone have counted stays counted.
  server.kill("SIGHUP");
  await visiting;
  await until("all clients are gone", async () => (await statusOf(server)).totals.open === 0);
  const counted = await sameInBoth(server, accessLog, seed);
  const isExact = (method: string) => method !== "GET";
  assertEquals(counted.entries(isExact), expected.entries(isExact), `seed ${seed}`);
  const { totals } = await statusOf(server);
  const responses = totals.responses.reduce((sum, { count }) => sum + count, 0);
  const durations = totals.durations?.counts.reduce((sum, count) => sum + count, 0);
  assertEquals(durations, responses);
  const ended = totals.ended.reduce((sum, { count }) => sum + count, 0);
  assertEquals(ended, totals.accepted);
}

for (const mode of ["async", "pooled", "forked"]) {
  const args = [...workers(mode, mode === "async" ? 1 : 2), ...ADMIN];
  Deno.test(`--mode ${mode}: each request is counted once, as in the access log, however it ends`, async () => {
    await using handler = await makeHandler(HANDLER);
    await using accessLog = await makeAccessLog();
    await using server = await startServer([...args, ...handler.args, ...accessLog.args]);
    await checkCounts(server, accessLog);
  });

  Deno.test(`--mode ${mode}: the balancer counts each request once, as in its access log`, async () => {
    await using handler = await makeHandler(HANDLER);
    await using backend = await startServer([...workers("pooled"), ...handler.args]);
    await using accessLog = await makeAccessLog();
    await using server = await startHttpBalancer(
      [`127.0.0.1:${backend.port}`],
      ...args,
      ...accessLog.args,
      // A body that is announced and never comes holds its client up for that long.
      ...["--body-timeout", "1s"],
    );
    await checkCounts(server, accessLog);
  });
}

/** The values of the counters of a page of metrics, by name and labels. */
function countersIn(page: string): Map<string, number> {
  const lines = page.split("\n").filter((line) => /^\w+(_total|_bucket|_count|_sum)\b/.test(line));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

for (const mode of ["async", "threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: no counter goes back while lanes come and go under load`, async () => {
    await using handler = await makeHandler(HANDLER);
    const args = mode === "threaded" ? ["--mode", mode] : workers(mode, mode === "async" ? 1 : 2);
    await using server = await startServer([
      ...[...args, "--max-worker-age", "1s", "--max-requests", "300"],
      ...[...handler.args, ...ADMIN],
    ]);
    await using _load = startLoad(server);
    let last = new Map<string, number>();
    const disturbances = ["HUP", "TTIN", "HUP", "TTOU", "kill"];
    const started = () => last.get("sluice_lanes_started_total") ?? 0;
    for (let i = 0; i < 200 || started() < 5; i++) {
      const page = countersIn((await askAlone(adminOf(server), "GET", "/metrics")).body);
      for (const [name, value] of last) {
        // Series of a lane end with it.
        const now = page.get(name) ?? (name.includes("lane=") ? value : 0);
        assert(now >= value, `${name} was ${value} and is ${now}`);
      }
      last = page;
      if (i % 20 === 10) await disturb(server, disturbances[(i / 20 | 0) % 5] ?? "", mode);
    }
  });
}

/** Has four clients send requests until it is disposed of. */
function startLoad(server: Server): AsyncDisposable {
  let isOver = false;
  const load = Promise.all(Array.from({ length: 4 }, async () => {
    while (!isOver) {
      // Those of a process that is killed are lost.
      await askAlone(server, "GET", "/later", { Connection: "close" }).catch(() => {});
    }
  }));
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await load;
    },
  };
}

async function disturb(server: Server, what: string, mode: string): Promise<void> {
  if (what !== "kill") return server.kill(`SIG${what}` as Deno.Signal);
  if (mode !== "forked") return;
  const { lanes } = await statusOf(server);
  const lane = lanes.find(({ state }) => state === "ready");
  if (lane === undefined) return;
  try {
    Deno.kill(lane.pid, "SIGKILL");
  } catch (error) { // It has ended meanwhile, as all do soon here.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
