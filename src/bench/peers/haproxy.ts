import { counted } from "../figures.ts";
import { FIXED_RESPONSE } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import { findProgram } from "./program.ts";
import CONFIG from "./programs/haproxy.cfg" with { type: "text" };

/** Connections beside those of the clients. */
const OTHER_CONNECTIONS = 64;

/** HAProxy with a response in its configuration: it can neither wait nor compute. */
export function haproxy(workers: number): Peer {
  return definePeer({
    name: `HAProxy, ${counted(workers, "thread")}`,
    workers,
    workloads: FIXED_RESPONSE,
    find: () => findProgram("haproxy", ["-v"], /version (\d[\w.+-]*)/),
    files: () => ({ "haproxy.cfg": CONFIG }),
    values: ({ connections }) => ({ workers, connections: connections + OTHER_CONNECTIONS }),
    command: (program, { folder }) => [program, "-db", "-f", `${folder}/haproxy.cfg`],
  });
}
