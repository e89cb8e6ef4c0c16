import { ECHO, HTTP, isEcho } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import { ask, type Found, locate } from "./program.ts";
import CLUSTER from "./programs/node_cluster.mjs" with { type: "text" };
import HTTP_SERVER from "./programs/node_http.mjs" with { type: "text" };
import NET_SERVER from "./programs/node_net.mjs" with { type: "text" };

/** Deno can be installed under the name of Node. */
const VERSION = "process.versions.deno === undefined ? process.versions.node : 'Deno'";

/** Node's own HTTP server, in one process. */
export const nodeHttp: Peer = oneProcess("Node http", HTTP, HTTP_SERVER);

/** Node's own TCP server, in one process. */
export const nodeNet: Peer = oneProcess("Node net", ECHO, NET_SERVER);

/** The same servers in several processes, among which Node distributes the clients. */
export function nodeCluster(workers: number): Peer {
  return definePeer({
    name: `Node cluster, ${workers} processes`,
    workers,
    workloads: [...HTTP, ...ECHO],
    find: findNode,
    files: ({ workload }) => ({
      "cluster.mjs": CLUSTER,
      "server.mjs": isEcho(workload) ? NET_SERVER : HTTP_SERVER,
    }),
    command: (program, { folder }) => [program, `${folder}/cluster.mjs`],
    env: ({ folder }) => ({ SERVER: `${folder}/server.mjs`, WORKERS: String(workers) }),
  });
}

function oneProcess(name: string, workloads: readonly string[], source: string): Peer {
  return definePeer({
    name,
    workers: null,
    workloads,
    find: findNode,
    files: () => ({ "server.mjs": source }),
    command: (program, { folder }) => [program, `${folder}/server.mjs`],
  });
}

async function findNode(): Promise<Found> {
  const program = locate("node");
  if (program === null) return { reason: "node is not installed" };
  const output = await ask("node", [program, "-p", VERSION]);
  if ("reason" in output) return output;
  if (output.text === "Deno") return { reason: "node is Deno here" };
  return { program, version: output.text };
}
