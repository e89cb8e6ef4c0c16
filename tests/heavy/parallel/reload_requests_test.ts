/** Reloads and a stop under a steady load of HTTP requests, as clients and a balancer see them. */
import { assertEquals } from "@std/assert";
import { MODES } from "../../../src/modes/registry.ts";
import { startOpenLoad } from "../../../tools/bench/open_client.ts";
import { freePort } from "../../helpers/free_port.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { until } from "../../helpers/until.ts";

const RELOADS = 3;
const LOAD = { rate: 400, connections: 16 };

const sourceOf = (version: number) =>
  `export default { fetch: () => new Response("version ${version}") };`;

/** Writes a version of the handler, and waits until only this one accepts clients. */
async function reloadTo(version: number, path: string, server: Server): Promise<void> {
  await Deno.writeTextFile(path, sourceOf(version));
  server.kill("SIGHUP");
  await until(`version ${version} serves`, () => server.records("Reloaded").length === version);
}

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode}: ${RELOADS} reloads and a stop lose no HTTP request`, async () => {
    await using handler = await makeHandler(sourceOf(0));
    await using server = await startServer([...workers(mode), ...handler.args]);
    await using load = startOpenLoad({ port: server.port, ...LOAD });
    for (let version = 1; version <= RELOADS; version++) {
      await reloadTo(version, handler.path, server);
    }
    await until("the last version answers", () => load.bodies.has(`version ${RELOADS}`));
    // However soon the reloads were over.
    await until("many were answered", () => load.latencies.length > 300);
    assertEquals(load.losses, []);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await load.stop();
    // Nobody listens any longer, but each request on a kept connection was answered.
    assertEquals(load.losses.filter((loss) => /on request (?!1 )/.test(loss)), []);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  });
}

/**
 * How often it is tried: on a machine that stands still for a second, a connection that is idle
 * may be closed just as nginx sends the next request on it.
 */
const ATTEMPTS = 3;

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: nginx in front sees no failure in ${RELOADS} reloads`, async () => {
    let last = { losses: [] as readonly string[], errors: "" };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      last = await reloadBehindNginx(mode);
      if (last.losses.length === 0) return;
    }
    assertEquals(last.losses, [], last.errors);
  });
}

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: recycling by --max-requests loses no HTTP request`, async () => {
    await using handler = await makeHandler(sourceOf(0));
    await using status = await statusFile();
    const args = [...workers(mode), ...handler.args, "--max-requests", "100", ...status.args];
    await using server = await startServer(args);
    await using load = startOpenLoad({ port: server.port, ...LOAD });
    await status.says("four are recycled", ({ totals }) => totals.recycled >= 4);
    await load.stop();
    assertEquals(load.losses, []);
  });
}

/** What is lost of a load through nginx while the server is reloaded, and what nginx says of it. */
async function reloadBehindNginx(
  mode: string,
): Promise<{ readonly losses: readonly string[]; readonly errors: string }> {
  await using handler = await makeHandler(sourceOf(0));
  await using server = await startServer([...workers(mode), ...handler.args]);
  await using nginx = await startNginx(server);
  await using load = startOpenLoad({ port: nginx.port, ...LOAD });
  for (let version = 1; version <= RELOADS; version++) {
    await reloadTo(version, handler.path, server);
  }
  await until("the last version answers", () => load.bodies.has(`version ${RELOADS}`));
  await load.stop();
  return { losses: load.losses, errors: await nginx.errors() };
}

interface Nginx extends AsyncDisposable {
  readonly port: number;
  /** Ends it, and returns its error log. */
  errors(): Promise<string>;
}

/** Starts nginx as a balancer that keeps connections to the server, and repeats no request. */
async function startNginx(server: Server): Promise<Nginx> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off; worker_processes 1; pid nginx.pid;
    events { worker_connections 256; }
    http {
      access_log off; error_log stderr warn;
      client_body_temp_path .; proxy_temp_path .; fastcgi_temp_path .; uwsgi_temp_path .;
      scgi_temp_path .;
      upstream sluice { server 127.0.0.1:${server.port} max_fails=0; keepalive 16; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://sluice;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_next_upstream off;
        }
      }
    }`,
  );
  const args = ["-p", folder, "-c", "nginx.conf", "-e", "stderr"];
  const child = new Deno.Command("nginx", { args, stdin: "null", stderr: "piped" }).spawn();
  const log = child.stderr.text();
  const isReady = () =>
    Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => {
      conn.close();
      return true;
    }, () => false);
  await until("nginx serves", isReady);
  let hasEnded = false;
  const errors = async () => {
    if (!hasEnded) child.kill("SIGTERM");
    hasEnded = true;
    await child.status;
    return await log;
  };
  return {
    port,
    errors,
    async [Symbol.asyncDispose]() {
      await errors();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
