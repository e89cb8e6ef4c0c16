/** HTTP proxies in front of one backend, and that backend. */
import { counted } from "../../src/bench/figures.ts";
import { nodeHttp } from "../../src/bench/peers/node.ts";
import { definePeer, type Peer } from "../../src/bench/peers/peer.ts";
import { findProgram } from "../../src/bench/peers/program.ts";
import HAPROXY from "./programs/haproxy_http.cfg" with { type: "text" };
import BACKEND from "./programs/nginx_backend.conf" with { type: "text" };
import NGINX from "./programs/nginx_proxy.conf" with { type: "text" };
import NODE from "./programs/node_proxy.mjs" with { type: "text" };

/** Connections beside those of the clients. */
const OTHER_CONNECTIONS = 64;
/** Bytes of what the backend has at `/large`. */
export const LARGE: number = 1024 ** 2;

const findNginx = () => findProgram("nginx", ["-v"], /nginx\/(\S+)/);
const nginxCommand = (program: string, folder: string) =>
  [program, "-e", "stderr", "-p", folder, "-c", `${folder}/nginx.conf`] as const;

/**
 * nginx with a short text at `/` and {@linkcode LARGE} bytes at `/large`; at `/upload` it answers once
 * the body of the request has arrived.
 */
export const backend: Peer = definePeer({
  name: "nginx, 1 worker, as the backend",
  workers: 1,
  workloads: [],
  find: findNginx,
  files: () => ({ "nginx.conf": BACKEND, large: "x".repeat(LARGE) }),
  values: ({ connections }) => ({
    files: 2 * connections + OTHER_CONNECTIONS,
    // Started by root, its worker would be another user, who could not read the file.
    user: Deno.uid() === 0 ? "user root;" : "",
  }),
  command: (program, { folder }) => nginxCommand(program, folder),
});

/** @param port The port of the backend. */
export function haproxyHttp(port: number, threads: number): Peer {
  return definePeer({
    name: `HAProxy, mode http, ${counted(threads, "thread")}`,
    workers: threads,
    workloads: [],
    find: () => findProgram("haproxy", ["-v"], /version (\d[\w.+-]*)/),
    files: () => ({ "haproxy.cfg": HAPROXY }),
    values: ({ connections }) => ({
      backend: port,
      threads,
      connections: connections + OTHER_CONNECTIONS,
    }),
    command: (program, { folder }) => [program, "-db", "-f", `${folder}/haproxy.cfg`],
  });
}

/** @param port The port of the backend. */
export function nginxProxy(port: number, workers: number): Peer {
  return definePeer({
    name: `nginx proxy_pass, ${counted(workers, "worker")}`,
    workers,
    workloads: [],
    find: findNginx,
    files: () => ({ "nginx.conf": NGINX }),
    values: ({ connections }) => ({
      backend: port,
      workers,
      files: 2 * connections + OTHER_CONNECTIONS,
      // Without it, the worker that is awake would accept all of a few clients.
      sharing: workers > 1 ? " reuseport" : "",
    }),
    command: (program, { folder }) => nginxCommand(program, folder),
  });
}

/** @param port The port of the backend. */
export function nodeProxy(port: number): Peer {
  return definePeer({
    name: "Node http and its Agent",
    workers: null,
    workloads: [],
    find: nodeHttp.find,
    files: () => ({ "proxy.mjs": NODE }),
    command: (program, { folder }) => [program, `${folder}/proxy.mjs`],
    env: () => ({ BACKEND: String(port) }),
  });
}
