import { HTTP } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import CONFIG from "./programs/gunicorn.conf.py" with { type: "text" };
import APP from "./programs/wsgi_app.py" with { type: "text" };
import { findPackage, ONLY_INSTALLED } from "./python_package.ts";
import { writeFile } from "./write_file.ts";

/** Threads of each worker where requests wait for nothing: more get in each other's way. */
const FEW_THREADS = 4;
/** Threads of each worker where requests or clients wait, each of which keeps a thread to itself. */
const MANY_THREADS = 32;
const WAITING = ["io", "mixed", "slow-clients"];

/** Some processes with some threads each: few or many of them, by the workload. */
export function gunicorn(workers: number): readonly Peer[] {
  return [
    gunicornWith(workers, FEW_THREADS, HTTP.filter((workload) => !WAITING.includes(workload))),
    gunicornWith(workers, MANY_THREADS, WAITING),
  ];
}

function gunicornWith(workers: number, threads: number, workloads: readonly string[]): Peer {
  const ofWorkers = workers === 1 ? "1 worker" : `${workers} workers`;
  return definePeer({
    name: `gunicorn, ${ofWorkers} x ${threads} threads`,
    workers,
    workloads,
    find: () => findPackage("gunicorn"),
    async launch(program, { folder, port, connections }) {
      await writeFile(folder, "app.py", APP);
      const path = await writeFile(folder, "gunicorn.conf.py", CONFIG, {
        folder,
        port,
        workers,
        threads,
        // The system may give all of them to one worker, which keeps as many alive as it has above its threads.
        connections: connections + threads,
      });
      return {
        command: [program, "-m", "gunicorn", "--config", path, "app:app"],
        // Else the user's own options come in.
        env: { ...ONLY_INSTALLED, GUNICORN_CMD_ARGS: "" },
      };
    },
  });
}
