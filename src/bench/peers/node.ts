import { definePeer, type Peer } from "./peer.ts";
import { ask, type Found, locate } from "./program.ts";
import CLUSTER from "./programs/node_cluster.mjs" with { type: "text" };
import HTTP_SERVER from "./programs/node_http.mjs" with { type: "text" };
import NET_SERVER from "./programs/node_net.mjs" with { type: "text" };
import { ECHO, HTTP, isEcho } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

/** Where there is no Node, Deno can pass itself off as it. */
const VERSION = "process.versions.deno === undefined ? process.versions.node : 'Deno'";

/** Node's own HTTP server, in one process. */
export const nodeHttp: Peer = definePeer({
  name: "Node http",
  workers: null,
  workloads: HTTP,
  find: findNode,
  async launch(program, { folder, port }) {
    const path = await writeFile(folder, "server.mjs", HTTP_SERVER);
    return { command: [program, path], env: { PORT: String(port) } };
  },
});

/** Node's own TCP server, in one process. */
export const nodeNet: Peer = definePeer({
  name: "Node net",
  workers: null,
  workloads: ECHO,
  find: findNode,
  async launch(program, { folder, port }) {
    const path = await writeFile(folder, "server.mjs", NET_SERVER);
    return { command: [program, path], env: { PORT: String(port) } };
  },
});

/** The same servers in some processes, between which Node shares the clients. */
export function nodeCluster(workers: number): Peer {
  return definePeer({
    name: `Node cluster, ${workers} processes`,
    workers,
    workloads: [...HTTP, ...ECHO],
    find: findNode,
    async launch(program, { folder, port, workload }) {
      const server = isEcho(workload) ? NET_SERVER : HTTP_SERVER;
      return {
        command: [program, await writeFile(folder, "cluster.mjs", CLUSTER)],
        env: {
          PORT: String(port),
          SERVER: await writeFile(folder, "server.mjs", server),
          WORKERS: String(workers),
        },
      };
    },
  });
}

async function findNode(): Promise<Found> {
  const program = locate("node");
  if (program === null) return { reason: "node is not installed" };
  const said = await ask("node", [program, "-p", VERSION]);
  if ("reason" in said) return said;
  if (said.text === "Deno") return { reason: "node is Deno here" };
  return { program, version: said.text };
}
