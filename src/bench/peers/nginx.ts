import { definePeer, type Peer } from "./peer.ts";
import { findProgram } from "./program.ts";
import CONFIG from "./programs/nginx.conf" with { type: "text" };
import { FIXED_ANSWER } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

/** Room beside the clients, for a worker's listener, its channels and files. */
const OTHER_CONNECTIONS = 64;

/** nginx, which gives an answer of its configuration: it cannot wait or compute. */
export function nginx(workers: number): Peer {
  return definePeer({
    name: workers === 1 ? "nginx, 1 worker" : `nginx, ${workers} workers`,
    workers,
    workloads: FIXED_ANSWER,
    find: () => findProgram("nginx", ["-v"], /nginx\/(\S+)/),
    async launch(program, { folder, port, connections }) {
      const path = await writeFile(folder, "nginx.conf", CONFIG, {
        workers,
        port,
        // The system may give all of them to one worker.
        connections: connections + OTHER_CONNECTIONS,
        files: connections + 2 * OTHER_CONNECTIONS,
        // Else the worker that is awake takes all of a few clients.
        sharing: workers > 1 ? " reuseport" : "",
      });
      return { command: [program, "-e", "stderr", "-p", folder, "-c", path], env: {} };
    },
  });
}
