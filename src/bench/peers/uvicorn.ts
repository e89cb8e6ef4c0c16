import { counted } from "../figures.ts";
import { HTTP } from "./abilities.ts";
import { writeFile } from "./files.ts";
import { definePeer, type Peer } from "./peer.ts";
import APP from "./programs/asgi_app.py" with { type: "text" };
import { findPackage, ONLY_INSTALLED } from "./python_package.ts";

const OPTIONS = [
  ...["--backlog", "4096"],
  ...["--timeout-keep-alive", "3600"],
  ...["--lifespan", "off"],
  ...["--no-access-log", "--log-level", "warning"],
];

/** An event loop per process, with uvloop and httptools if they are installed. */
export function uvicorn(workers: number): Peer {
  return definePeer({
    name: `uvicorn, ${counted(workers, "worker")}`,
    workers,
    workloads: HTTP,
    find: () => findPackage("uvicorn", ["uvloop", "httptools"]),
    async launch(program, { folder, port }) {
      await writeFile(folder, "app.py", APP);
      const address = ["--host", "127.0.0.1", "--port", String(port)];
      const place = ["--app-dir", folder, "--workers", String(workers)];
      return {
        command: [program, "-m", "uvicorn", ...address, ...place, ...OPTIONS, "app:app"],
        env: ONLY_INSTALLED,
      };
    },
  });
}
