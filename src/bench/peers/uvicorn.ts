import { definePeer, type Peer } from "./peer.ts";
import APP from "./programs/asgi_app.py" with { type: "text" };
import { findPackage, ONLY_INSTALLED } from "./python_package.ts";
import { HTTP } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

const OPTIONS = [
  ...["--backlog", "4096"],
  ...["--timeout-keep-alive", "3600"],
  ...["--lifespan", "off"],
  ...["--no-access-log", "--log-level", "warning"],
];

/** An event loop in each of some processes; of uvloop and with httptools where they are installed. */
export function uvicorn(workers: number): Peer {
  return definePeer({
    name: workers === 1 ? "uvicorn, 1 worker" : `uvicorn, ${workers} workers`,
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
