import { ECHO, HTTP, isEcho } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import { findProgram } from "./program.ts";
import ASYNCIO_ECHO from "./programs/asyncio_echo.py" with { type: "text" };
import ASYNCIO_HTTP from "./programs/asyncio_http.py" with { type: "text" };
import THREADS_ECHO from "./programs/threads_echo.py" with { type: "text" };
import THREADS_HTTP from "./programs/threads_http.py" with { type: "text" };

/** An event loop of the standard library, with a minimal HTTP/1.1, since the library has none for it. */
export const pythonAsyncio: Peer = script("Python asyncio", ASYNCIO_HTTP, ASYNCIO_ECHO);

/** The standard library's server with a thread for each connection. */
export const pythonThreads: Peer = script("Python threads", THREADS_HTTP, THREADS_ECHO);

function script(name: string, http: string, echo: string): Peer {
  return definePeer({
    name,
    workers: null,
    workloads: [...HTTP, ...ECHO],
    find: () => findProgram("python3", ["--version"], /^Python (\S+)/),
    files: ({ workload }) => ({ "server.py": isEcho(workload) ? echo : http }),
    command: (program, { folder }) => [program, `${folder}/server.py`],
  });
}
