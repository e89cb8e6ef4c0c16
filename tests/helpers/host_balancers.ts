/** HAProxy and nginx as balancers on a host of a test. */
import type { Hosts } from "./hosts.ts";
import { until } from "./until.ts";

/** A backend as these balancers see it. */
export interface Member {
  readonly address: string;
  readonly port: number;
  /** Where it answers `/readyz`. */
  readonly adminPort: number;
}

/**
 * HAProxy as docs/deploying.md has it: it asks `/readyz` five times a second, and repeats what
 * may be repeated.
 *
 * @param strictPort Another port, at which it repeats nothing, and waits for longer.
 */
export function haproxyBalancer(
  port: number,
  strictPort: number,
  members: readonly Member[],
): string {
  const servers = members.map(({ address, port, adminPort }, i) =>
    `  server s${i} ${address}:${port} check port ${adminPort}`
  );
  return `
defaults
  mode http
  timeout connect 300ms
  timeout client 30s
  timeout server 1s
  timeout check 2s
  default-server inter 200ms fall 2 rise 1
frontend in
  bind 0.0.0.0:${port}
  default_backend servers
frontend strict-in
  bind 0.0.0.0:${strictPort}
  default_backend strict
backend servers
  balance roundrobin
  retries 3
  retry-on all-retryable-errors
  option redispatch 1
  option httpchk GET /readyz
${servers.join("\n")}
backend strict
  balance roundrobin
  timeout connect 5s
  timeout server 10s
  retries 0
  option httpchk GET /readyz
${servers.join("\n")}
`;
}

/** nginx as docs/deploying.md has it: it has no checks, and repeats what may be repeated. */
export function nginxBalancer(port: number, members: readonly Member[]): string {
  const servers = members.map(({ address, port }) =>
    `server ${address}:${port} max_fails=1 fail_timeout=1s;`
  );
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${name};`);
  return `
user root;
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  access_log off;
  ${folders.join(" ")}
  upstream servers {
    ${servers.join("\n    ")}
    keepalive 32;
  }
  server {
    listen 0.0.0.0:${port};
    keepalive_requests 1000000;
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout 300ms;
      proxy_read_timeout 1s;
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 3;
    }
  }
}
`;
}

const COMMANDS = {
  haproxy: (folder: string) => ["haproxy", "-db", "-f", `${folder}/config`],
  nginx: (folder: string) => ["nginx", "-e", "stderr", "-p", folder, "-c", `${folder}/config`],
};

/** Starts a balancer on a host, and waits until it listens; ended on dispose. */
export async function startBalancer(
  hosts: Hosts,
  host: string,
  program: keyof typeof COMMANDS,
  port: number,
  config: string,
): Promise<AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: `sluice-${program}-` });
  await Deno.writeTextFile(`${folder}/config`, config);
  const [command = "", ...args] = hosts.on(host, COMMANDS[program](folder));
  const pipes = { stdin: "null", stdout: "null", stderr: "piped" } as const;
  const child = new Deno.Command(command, { args, ...pipes }).spawn();
  const errors = new Response(child.stderr).text();
  let hasEnded = false;
  const ended = child.status.then(() => hasEnded = true);
  const balancer = {
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGTERM");
      await ended;
      await errors;
      await Deno.remove(folder, { recursive: true });
    },
  };
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, "m");
  try {
    await until(`${program} listens`, async () => {
      if (hasEnded) throw new Error(`${program} has ended: ${await errors}`);
      // The network of the process is that of its host.
      return listening.test(
        await Deno.readTextFile(`/proc/${child.pid}/net/tcp`).catch(() => ""),
      );
    });
    return balancer;
  } catch (error) {
    await balancer[Symbol.asyncDispose]();
    throw error;
  }
}
