import type { Launch } from "../launch.ts";
import { definePeer, type Peer, type PeerJob } from "./peer.ts";
import { findProgram, type Found } from "./program.ts";
import ASYNCIO_ECHO from "./programs/asyncio_echo.py" with { type: "text" };
import ASYNCIO_HTTP from "./programs/asyncio_http.py" with { type: "text" };
import THREADS_ECHO from "./programs/threads_echo.py" with { type: "text" };
import THREADS_HTTP from "./programs/threads_http.py" with { type: "text" };
import { ECHO, HTTP, isEcho } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

/** An event loop of the standard library, which has no HTTP for it: that part is by hand. */
export const pythonAsyncio: Peer = definePeer({
  name: "Python asyncio",
  workers: null,
  workloads: [...HTTP, ...ECHO],
  find: findPython,
  launch: (program, job) => launchScript(program, job, ASYNCIO_HTTP, ASYNCIO_ECHO),
});

/** A thread for each connection, of the standard library. */
export const pythonThreads: Peer = definePeer({
  name: "Python threads",
  workers: null,
  workloads: [...HTTP, ...ECHO],
  find: findPython,
  launch: (program, job) => launchScript(program, job, THREADS_HTTP, THREADS_ECHO),
});

async function launchScript(
  program: string,
  { folder, port, workload }: PeerJob,
  http: string,
  echo: string,
): Promise<Launch> {
  const path = await writeFile(folder, "server.py", isEcho(workload) ? echo : http);
  return { command: [program, path], env: { PORT: String(port) } };
}

function findPython(): Promise<Found> {
  return findProgram("python3", ["--version"], /^Python (\S+)/);
}
