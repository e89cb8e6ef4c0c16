import { counted } from "../figures.ts";
import { FIXED_RESPONSE } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import { findProgram } from "./program.ts";
import CONFIG from "./programs/nginx.conf" with { type: "text" };

/** A worker's listener, channels and files, beside the clients. */
const OTHER_CONNECTIONS = 64;

/** nginx with a response in its configuration: it can neither wait nor compute. */
export function nginx(workers: number): Peer {
  return definePeer({
    name: `nginx, ${counted(workers, "worker")}`,
    workers,
    workloads: FIXED_RESPONSE,
    find: () => findProgram("nginx", ["-v"], /nginx\/(\S+)/),
    files: () => ({ "nginx.conf": CONFIG }),
    values: ({ connections }) => ({
      workers,
      // One worker may get all connections.
      connections: connections + OTHER_CONNECTIONS,
      files: connections + 2 * OTHER_CONNECTIONS,
      // Without it, the worker that is awake would accept all of a few clients.
      sharing: workers > 1 ? " reuseport" : "",
    }),
    command: (program, { folder }) => [
      ...[program, "-e", "stderr", "-p", folder, "-c", `${folder}/nginx.conf`] as const,
    ],
  });
}
