import { definePeer, type Peer } from "./peer.ts";
import { findProgram } from "./program.ts";
import CONFIG from "./programs/haproxy.cfg" with { type: "text" };
import { FIXED_ANSWER } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

/** Room beside the clients. */
const OTHER_CONNECTIONS = 64;

/** HAProxy, which gives an answer of its configuration: it cannot wait or compute. */
export function haproxy(workers: number): Peer {
  return definePeer({
    name: workers === 1 ? "HAProxy, 1 thread" : `HAProxy, ${workers} threads`,
    workers,
    workloads: FIXED_ANSWER,
    find: () => findProgram("haproxy", ["-v"], /version (\d[\w.+-]*)/),
    async launch(program, { folder, port, connections }) {
      const path = await writeFile(folder, "haproxy.cfg", CONFIG, {
        workers,
        port,
        connections: connections + OTHER_CONNECTIONS,
      });
      return { command: [program, "-db", "-f", path], env: {} };
    },
  });
}
