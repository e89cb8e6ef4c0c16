import type { Launch } from "../launch.ts";
import { definePeer, type Peer, type PeerJob } from "./peer.ts";
import { ask, type Found, locate } from "./program.ts";
import LISTENER from "./programs/deno_listen.ts" with { type: "text" };
import SERVER from "./programs/deno_serve.ts" with { type: "text" };
import { ECHO, HTTP } from "./abilities.ts";
import { writeFile } from "./write_file.ts";

/** All permissions, as Sluice itself has; and nothing of a project that happens to be around. */
const OPTIONS = ["--quiet", "--allow-all", "--no-check", "--no-config"];
/** What npm installs is a program of Node that runs the other one, and would be measured with it. */
const TELL = "console.log(Deno.version.deno); console.log(Deno.execPath())";
const ENV = { DENO_NO_UPDATE_CHECK: "1" };

/** Deno's own HTTP server, on one thread. */
export const denoServe: Peer = definePeer({
  name: "deno serve",
  workers: null,
  workloads: HTTP,
  find: findDeno,
  launch: (program, job) => launchServe(program, job, [], {}),
});

/** Deno's own HTTP server, on some threads. */
export function denoServeParallel(workers: number): Peer {
  return definePeer({
    name: `deno serve --parallel, ${workers} threads`,
    workers,
    workloads: HTTP,
    find: findDeno,
    launch: (program, job) =>
      launchServe(program, job, ["--parallel"], { DENO_JOBS: String(workers) }),
  });
}

/** Deno's own TCP listener, on one thread. */
export const denoListen: Peer = definePeer({
  name: "Deno.listen",
  workers: null,
  workloads: ECHO,
  find: findDeno,
  async launch(program, { folder, port }) {
    const path = await writeFile(folder, "server.ts", LISTENER);
    return { command: [program, "run", ...OPTIONS, path], env: { ...ENV, PORT: String(port) } };
  },
});

async function launchServe(
  program: string,
  { folder, port }: PeerJob,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Launch> {
  const path = await writeFile(folder, "server.ts", SERVER);
  const address = ["--host", "127.0.0.1", "--port", String(port)];
  return {
    command: [program, "serve", ...OPTIONS, ...address, ...args, path],
    env: { ...ENV, ...env },
  };
}

async function findDeno(): Promise<Found> {
  if (!Deno.build.standalone) return { program: Deno.execPath(), version: Deno.version.deno };
  // In the executable, the program that runs is Sluice.
  const installed = locate("deno");
  if (installed === null) return { reason: "deno is not installed" };
  const said = await ask("deno", [installed, "eval", "--no-config", TELL]);
  if ("reason" in said) return said;
  const [version = "", program = installed] = said.text.split("\n");
  return { program, version };
}
