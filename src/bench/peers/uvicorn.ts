import { counted } from "../figures.ts";
import { HTTP } from "./abilities.ts";
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
    files: () => ({ "app.py": APP }),
    command: (program, { folder, port }) => [
      ...[program, "-m", "uvicorn", "--host", "127.0.0.1", "--port", String(port)] as const,
      ...["--app-dir", folder, "--workers", String(workers), ...OPTIONS, "app:app"],
    ],
    env: () => ONLY_INSTALLED,
  });
}
