/** The HTTP servers beside which Sluice is measured. */
import { bare, type Command, file, HTTP, MODES, sluice } from "./commands.ts";
import { Scratch } from "./scratch.ts";
import { startTarget, type Target } from "./target.ts";

/** A server that can be measured. */
export interface Server {
  readonly name: string;
  /** What must be installed beside the runtime, and a command that succeeds where it is. */
  readonly needs?: { readonly program: string; readonly trial: Command };
  start(): Promise<Target>;
}

/** Sluice in a mode; with its HTTP service, where nothing else is said. */
export function ours(name: keyof typeof MODES, service: Command = HTTP): Server {
  return { name, start: () => startTarget(sluice(MODES[name], service)) };
}

/** The runtime's own server. */
export const DENO_SERVE: Server = {
  name: "Deno.serve",
  start: () => startTarget(bare("./yardstick_http_deno.ts")),
};

/** The runtime's own server, which answers with the body of the request. */
export const DENO_SERVE_ECHO: Server = {
  ...DENO_SERVE,
  start: () => startTarget(bare("./yardstick_http_deno.ts", "echo")),
};

/** The runtime's own server on two threads. */
export const DENO_PARALLEL: Server = {
  name: "deno serve --parallel",
  start: () =>
    startTarget([
      ...[Deno.execPath(), "serve", "-A", "--no-check", "--parallel"],
      ...["--host", "127.0.0.1", "--port", "0", file("./yardstick_http_parallel.ts")],
    ], { DENO_JOBS: "2" }),
};

/** Node's own server. */
export const NODE: Server = {
  name: "Node http",
  // Where there is no Node the runtime passes itself off as it.
  needs: { program: "node", trial: ["node", "-e", "process.exit(process.versions.deno ? 1 : 0)"] },
  start: () => startTarget(["node", file("./yardstick_http_node.mjs")]),
};

/** nginx with one worker, which knows the answer by heart. */
export const NGINX: Server = {
  name: "nginx, 1 worker",
  needs: { program: "nginx", trial: ["nginx", "-v"] },
  start: startNginx,
};

async function startNginx(): Promise<Target> {
  const port = freePort();
  // Who accepts has read its configuration, and needs no other file for such answers.
  using scratch = new Scratch();
  const path = `${scratch.folder}/nginx.conf`;
  Deno.writeTextFileSync(path, nginxConfig(port));
  return await startTarget(["nginx", "-p", scratch.folder, "-c", path], {}, port);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function nginxConfig(port: number): string {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${folders.map((name) => `${name}_temp_path ${name};`).join(" ")}
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  default_type text/plain;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { return 200 "Hello, World!"; }
  }
}
`;
}
