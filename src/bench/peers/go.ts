import { EXIT, ExitError } from "../../base/exit.ts";
import type { Launch } from "../launch.ts";
import { definePeer, type Peer, type PeerJob } from "./peer.ts";
import { ask, findProgram, type Found } from "./program.ts";
import ECHO_SERVER from "./programs/echo.go" with { type: "text" };
import HTTP_SERVER from "./programs/http.go" with { type: "text" };
import { ECHO, HTTP } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

/** How long the compiler may take, in milliseconds: at first it may compile all of its library. */
const COMPILE_LIMIT = 180_000;

/** Go's own HTTP server, a goroutine for each connection. */
export const goHttp: Peer = definePeer({
  name: "Go net/http",
  workers: null,
  workloads: HTTP,
  find: findGo,
  launch: (program, job) => launchCompiled(program, job, HTTP_SERVER),
});

/** Go's own TCP listener, a goroutine for each connection. */
export const goNet: Peer = definePeer({
  name: "Go net",
  workers: null,
  workloads: ECHO,
  find: findGo,
  launch: (program, job) => launchCompiled(program, job, ECHO_SERVER),
});

function findGo(): Promise<Found> {
  return findProgram("go", ["version"], /\bgo(\d\S*)/);
}

/** The compiler keeps the library that it compiled, so that only the first time takes long. */
async function launchCompiled(
  program: string,
  { folder, port, workers }: PeerJob,
  source: string,
): Promise<Launch> {
  await writeFile(folder, "server.go", source);
  const built = await ask("go", [program, "build", "-o", "server", "server.go"], {
    cwd: folder,
    env: compilerEnv(folder),
    limit: COMPILE_LIMIT,
  });
  if ("reason" in built) {
    throw new ExitError(`Cannot compile the server in Go: ${built.reason}`, EXIT.config);
  }
  return {
    command: [`${folder}/server`],
    env: { PORT: String(port), GOMAXPROCS: String(workers) },
  };
}

/** Nothing of a project that happens to be around, and no other compiler than this one. */
function compilerEnv(folder: string): Record<string, string> {
  const own = { GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" };
  const hasCache = ["GOCACHE", "XDG_CACHE_HOME", "HOME"].some((name) => Deno.env.has(name));
  return hasCache ? own : { ...own, GOCACHE: `${folder}/cache` };
}
