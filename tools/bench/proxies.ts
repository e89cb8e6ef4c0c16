/** TCP proxies in front of one backend. */
import { counted } from "../../src/bench/figures.ts";
import { definePeer, type Peer } from "../../src/bench/peers/peer.ts";
import { findProgram } from "../../src/bench/peers/program.ts";
import HAPROXY from "./programs/haproxy_tcp.cfg" with { type: "text" };
import NGINX from "./programs/nginx_stream.conf" with { type: "text" };

/** Connections beside those of the clients. */
const OTHER_CONNECTIONS = 64;
/** Where Debian's package libnginx-mod-stream has its module. */
const STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";

/** @param backend The port of the backend. */
export function haproxyTcp(backend: number, threads: number): Peer {
  return definePeer({
    name: `HAProxy, mode tcp, ${counted(threads, "thread")}`,
    workers: threads,
    workloads: [],
    find: () => findProgram("haproxy", ["-v"], /version (\d[\w.+-]*)/),
    files: () => ({ "haproxy.cfg": HAPROXY }),
    values: ({ connections }) => ({
      backend,
      threads,
      connections: connections + OTHER_CONNECTIONS,
    }),
    command: (program, { folder }) => [program, "-db", "-f", `${folder}/haproxy.cfg`],
  });
}

/** @param backend The port of the backend. */
export function nginxStream(backend: number, workers: number): Peer {
  return definePeer({
    name: `nginx stream, ${counted(workers, "worker")}`,
    workers,
    workloads: [],
    async find() {
      const isThere = await Deno.stat(STREAM_MODULE).then(() => true, () => false);
      if (!isThere) return { reason: "libnginx-mod-stream is not installed" };
      return await findProgram("nginx", ["-v"], /nginx\/(\S+)/);
    },
    files: () => ({ "nginx.conf": NGINX }),
    values: ({ connections }) => ({
      backend,
      workers,
      module: STREAM_MODULE,
      files: 2 * connections + OTHER_CONNECTIONS,
    }),
    command: (program, { folder }) => [
      ...[program, "-e", "stderr", "-p", folder, "-c", `${folder}/nginx.conf`] as const,
    ],
  });
}
