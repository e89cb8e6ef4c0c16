/** The record of the start: what is served, where and for how many. */
import { assertEquals } from "@std/assert";
import { makeForeignHandler } from "../helpers/handlers.ts";
import { startBalancer } from "../helpers/balancer.ts";
import { startServer } from "../helpers/server.ts";

const FETCH = `export default { fetch: () => new Response("ok") };`;

const CAPACITIES: readonly (readonly [mode: string, options: readonly string[], most: number])[] = [
  ["single", [], 1],
  ["async", ["--max-connections", "70"], 70],
  ["threaded", ["--max-threads", "6", "--max-connections", "70"], 6],
  ["threaded", ["--max-threads", "6", "--max-connections", "5"], 5],
  ["pooled", ["--workers", "2", "--max-connections", "70"], 70],
  ["forked", ["--workers", "2", "--max-connections", "71"], 70],
];

for (const [mode, options, most] of CAPACITIES) {
  Deno.test(`--mode ${mode} ${options.join(" ")} starts with a URL, the handler and its capacity of ${most}`, async () => {
    await using handler = await makeForeignHandler(FETCH);
    await using server = await startServer(["--mode", mode, ...options, ...handler.args]);
    const [record] = server.records("Serving");
    const url = `http://127.0.0.1:${server.port}/`;
    const count = most === 1 ? "1 connection" : `${most} connections`;
    assertEquals(
      record?.message,
      `Serving ${handler.path} in ${mode} mode, up to ${count}, on ${url}`,
    );
    assertEquals(record?.["url.full"], url);
    assertEquals(record?.["sluice.handler"], handler.path);
    assertEquals(record?.["sluice.max_connections"], most);
  });
}

Deno.test("the record of the start has a path from the current folder, and a host that browsers find", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/app.js`, FETCH);
  const args = ["--handler", "app.js", "--bind", "0.0.0.0:0", "--bind", "[::1]:0"];
  await using server = await startServer(args, { cwd: folder });
  const [record] = server.records("Serving");
  const message = record?.message.replaceAll(/:\d+\//g, ":0/");
  assertEquals(
    message,
    "Serving app.js in async mode, up to 10000 connections, on http://localhost:0/, http://[::1]:0/",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the record of the start has addresses instead of URLs if the service does not speak HTTP", async () => {
  await using server = await startServer(["--service", "echo"]);
  const [record] = server.records("Serving");
  assertEquals(
    record?.message,
    `Serving echo in async mode, up to 10000 connections, on 127.0.0.1:${server.port}`,
  );
  assertEquals(record?.["url.full"], undefined);
});

Deno.test("the record of the start of a balancer has its protocol, and URLs if that is HTTP", async () => {
  const most = "in async mode, up to 10000 connections, on";
  await using tcp = await startBalancer(["127.0.0.1:1"]);
  const [ofTcp] = tcp.records("Serving");
  assertEquals(ofTcp?.message, `Serving proxy of TCP ${most} 127.0.0.1:${tcp.port}`);
  assertEquals([ofTcp?.["sluice.protocol"], ofTcp?.["url.full"]], ["tcp", undefined]);
  await using http = await startBalancer(["http://127.0.0.1:1"]);
  const url = `http://127.0.0.1:${http.port}/`;
  const [ofHttp] = http.records("Serving");
  assertEquals(ofHttp?.message, `Serving proxy of HTTP ${most} ${url}`);
  assertEquals([ofHttp?.["sluice.protocol"], ofHttp?.["url.full"]], ["http", url]);
});
