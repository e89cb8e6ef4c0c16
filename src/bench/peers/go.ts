import { EXIT, ExitError } from "../../base/exit.ts";
import { ECHO, HTTP } from "./abilities.ts";
import { definePeer, type Peer, type PeerJob } from "./peer.ts";
import { ask, findProgram } from "./program.ts";
import ECHO_SERVER from "./programs/echo.go" with { type: "text" };
import HTTP_SERVER from "./programs/http.go" with { type: "text" };

/** Milliseconds for the compiler, which may have to compile the standard library first. */
const COMPILE_LIMIT = 180_000;

/** Go's own HTTP server, with a goroutine for each connection. */
export const goHttp: Peer = compiled("Go net/http", HTTP, HTTP_SERVER);

/** Go's own TCP listener, with a goroutine for each connection. */
export const goNet: Peer = compiled("Go net", ECHO, ECHO_SERVER);

function compiled(name: string, workloads: readonly string[], source: string): Peer {
  return definePeer({
    name,
    workers: null,
    workloads,
    find: () => findProgram("go", ["version"], /\bgo(\d\S*)/),
    files: () => ({ "server.go": source }),
    build,
    command: (_program, { folder }) => [`${folder}/server`],
    env: ({ workers }) => ({ GOMAXPROCS: String(workers) }),
  });
}

/** Takes long the first time only: Go caches the compiled library. */
async function build(program: string, { folder }: PeerJob): Promise<void> {
  const output = await ask("go", [program, "build", "-o", "server", "server.go"], {
    cwd: folder,
    env: compilerEnv(folder),
    limit: COMPILE_LIMIT,
  });
  if ("reason" in output) {
    throw new ExitError(`Cannot compile the Go server: ${output.reason}`, EXIT.config);
  }
}

/** Keeps out the user's projects, and other versions of the compiler. */
function compilerEnv(folder: string): Record<string, string> {
  const own = { GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" };
  const hasCache = ["GOCACHE", "XDG_CACHE_HOME", "HOME"].some((name) => Deno.env.has(name));
  return hasCache ? own : { ...own, GOCACHE: `${folder}/cache` };
}
