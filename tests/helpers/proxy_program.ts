/** HAProxy and nginx, in front of the server or as a server themselves. */
import { freePort } from "./free_port.ts";
import { waitFor } from "./until.ts";

/** A proxy in a child process, killed on dispose. */
export interface ProxyProgram extends AsyncDisposable {
  readonly port: number;
}

const COMMANDS = {
  haproxy: (folder: string) => ["-db", "-f", `${folder}/config`],
  nginx: (folder: string) => ["-e", "stderr", "-p", folder, "-c", `${folder}/config`],
};

/**
 * Starts a proxy, and waits until it listens.
 *
 * @param config Makes its configuration for a port of 127.0.0.1 and a folder of its own.
 */
export async function startProxy(
  program: keyof typeof COMMANDS,
  config: (port: number, folder: string) => string,
): Promise<ProxyProgram> {
  const folder = await Deno.makeTempDir({ prefix: `sluice-${program}-` });
  const port = freePort();
  await Deno.writeTextFile(`${folder}/config`, config(port, folder));
  const args = COMMANDS[program](folder);
  const pipes = { stdin: "null", stdout: "null", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args, ...pipes }).spawn();
  const errors = new Response(child.stderr).text();
  let hasEnded = false;
  const ended = child.status.then(() => hasEnded = true);
  const proxy = {
    port,
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGTERM");
      await ended;
      await errors;
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await waitFor(`${program} listens`, async () => {
      if (hasEnded) throw new Error(`${program} has ended: ${await errors}`);
      return await Deno.connect({ hostname: "127.0.0.1", port }).then(
        (conn) => conn.close() ?? true,
        () => null,
      );
    });
    return proxy;
  } catch (error) {
    await proxy[Symbol.asyncDispose]();
    throw error;
  }
}

/** Where Debian has the module of nginx for streams, which is a package of its own. */
export const NGINX_STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";

/** Why nginx cannot pass on streams; null if it can. */
export async function nginxStreamObstacle(): Promise<string | null> {
  const info = await Deno.stat(NGINX_STREAM_MODULE).catch(() => null);
  return info === null ? "nginx has no stream module" : null;
}

/** A configuration of HAProxy. */
export function haproxyConfig(mode: "tcp" | "http", ...rest: readonly string[]): string {
  return `
defaults
  mode ${mode}
  timeout connect 5s
  timeout check 30s
  timeout client 30s
  timeout server 30s
${rest.join("\n")}
`;
}

/** A configuration of nginx. */
export function nginxConfig(...rest: readonly string[]): string {
  return `
daemon off;
master_process off;
pid nginx.pid;
events {}
${rest.join("\n")}
`;
}

/** Has nginx write only to its own folder. */
export const NGINX_FOLDERS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((name) => `${name}_temp_path ${name};`).join("\n  ");

/** A block `http` of nginx with one server, which writes only to its own folder. */
export function nginxHttp(...server: readonly string[]): string {
  return `
http {
  access_log off;
  ${NGINX_FOLDERS}
  server { ${server.join(" ")} }
}`;
}
