import { counted } from "../figures.ts";
import { HTTP } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import CONFIG from "./programs/gunicorn.conf.py" with { type: "text" };
import APP from "./programs/wsgi_app.py" with { type: "text" };
import { findPackage, ONLY_INSTALLED } from "./python_package.ts";

/** Threads of a worker if requests wait for nothing: more would compete for its interpreter. */
const FEW_THREADS = 4;
/** Threads of a worker if requests or clients wait, since each of these occupies a thread. */
const MANY_THREADS = 32;
const WAITING = ["io", "mixed", "slow-clients"];

/** Several processes with few or many threads each, depending on the workload. */
export function gunicorn(workers: number): readonly Peer[] {
  return [
    gunicornWith(workers, FEW_THREADS, HTTP.filter((workload) => !WAITING.includes(workload))),
    gunicornWith(workers, MANY_THREADS, WAITING),
  ];
}

function gunicornWith(workers: number, threads: number, workloads: readonly string[]): Peer {
  return definePeer({
    name: `gunicorn, ${counted(workers, "worker")} x ${threads} threads`,
    workers,
    workloads,
    find: () => findPackage("gunicorn"),
    files: () => ({ "app.py": APP, "gunicorn.conf.py": CONFIG }),
    values: ({ connections }) => ({
      workers,
      threads,
      // One worker may get all connections, and keeps alive as many as exceed its threads.
      connections: connections + threads,
    }),
    command: (program, { folder }) => [
      ...[program, "-m", "gunicorn", "--config", `${folder}/gunicorn.conf.py`, "app:app"] as const,
    ],
    // Keeps out the user's own options.
    env: () => ({ ...ONLY_INSTALLED, GUNICORN_CMD_ARGS: "" }),
  });
}
