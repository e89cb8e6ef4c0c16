import { ECHO, HTTP } from "./abilities.ts";
import { definePeer, type Peer } from "./peer.ts";
import { ask, type Found, locate } from "./program.ts";
import LISTENER from "./programs/deno_listen.ts" with { type: "text" };
import SERVER from "./programs/deno_serve.ts" with { type: "text" };

/** All permissions, as Sluice has, and no configuration of the current folder. */
const OPTIONS = ["--quiet", "--allow-all", "--no-check", "--no-config"];
/** npm installs a Node program that runs Deno: this finds the one to measure. */
const TELL = "console.log(Deno.version.deno); console.log(Deno.execPath())";
const ENV = { DENO_NO_UPDATE_CHECK: "1" };

/** Deno's own HTTP server, on one thread. */
export const denoServe: Peer = serve("deno serve", null);

/** Deno's own HTTP server, on several threads. */
export function denoServeParallel(workers: number): Peer {
  return serve(`deno serve --parallel, ${workers} threads`, workers);
}

/** Deno's own TCP listener, on one thread. */
export const denoListen: Peer = definePeer({
  name: "Deno.listen",
  workers: null,
  workloads: ECHO,
  find: findDeno,
  files: () => ({ "server.ts": LISTENER }),
  command: (program, { folder }) => [program, "run", ...OPTIONS, `${folder}/server.ts`],
  env: () => ENV,
});

function serve(name: string, workers: number | null): Peer {
  return definePeer({
    name,
    workers,
    workloads: HTTP,
    find: findDeno,
    files: () => ({ "server.ts": SERVER }),
    command: (program, { folder, port }) => [
      ...[program, "serve", ...OPTIONS, "--host", "127.0.0.1", "--port", String(port)] as const,
      ...workers === null ? [] : ["--parallel"],
      `${folder}/server.ts`,
    ],
    env: () => workers === null ? ENV : { ...ENV, DENO_JOBS: String(workers) },
  });
}

async function findDeno(): Promise<Found> {
  if (!Deno.build.standalone) return { program: Deno.execPath(), version: Deno.version.deno };
  // In the executable, the running program is Sluice.
  const installed = locate("deno");
  if (installed === null) return { reason: "deno is not installed" };
  const output = await ask("deno", [installed, "eval", "--no-config", TELL]);
  if ("reason" in output) return output;
  const [version = "", program = installed] = output.text.split("\n");
  return { program, version };
}
