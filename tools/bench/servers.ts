/** The servers under measurement: Sluice from a checkout, and the peers of `sluice bench`. */
import { delay } from "@std/async/delay";
import type { Peer } from "../../src/bench/peers/peer.ts";
import { cpuOf, killTree, memoryOf, treeOf } from "../../src/bench/processes.ts";
import { freePort, startSubject } from "../../src/bench/subject_process.ts";

/** A server that can be started. */
export interface Server extends Pick<Peer, "name" | "prepare"> {
  /** Finds its program, or the reason why it cannot be used. */
  readonly find?: Peer["find"];
}

/** A running server. Disposing kills it. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  /** CPU time that all its processes have used so far, in microseconds. */
  cpu(): number;
  /** Resident memory of all its processes, in bytes. */
  memory(): number;
  /** Sends a signal to its main process. */
  signal(signal: Deno.Signal): void;
  /** @throws {ExitError} If it has exited. */
  check(): void;
}

/** The root of the checkout that this file belongs to. */
export const HERE: string = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const EXECUTABLE = `${HERE}/dist/sluice`;
/** Threads or processes of the servers that have several. */
export const WORKERS = 2;

/** The load that peers are configured for: they leave room for this many clients. */
const JOB = { workload: "http", workers: WORKERS, connections: 64 };
/** Milliseconds between attempts to connect to a server that is starting. */
const RETRY_MS = 2;
const NEVER = new AbortController().signal;

/**
 * Sluice from a checkout.
 *
 * @param options `{folder}` in them stands for an empty folder.
 * @param env Its environment.
 */
export function sluice(
  checkout: string,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Server {
  const name = ["sluice", ...options].join(" ").replaceAll(`${HERE}/`, "");
  return {
    name: `${name}, from ${describe(checkout)}`,
    prepare({ port, folder }) {
      const own = options.map((option) => option.replaceAll("{folder}", folder));
      const runtime = ["run", "--allow-all", "--no-check", `${checkout}/main.ts`];
      const args = [...runtime, "--port", String(port), ...own];
      return Promise.resolve({ command: [Deno.execPath(), ...args], env });
    },
  };
}

/** The executable, if it has been compiled. */
export function executable(options: readonly string[]): Server {
  return {
    name: ["dist/sluice", ...options].join(" "),
    find: () =>
      Deno.stat(EXECUTABLE).then(
        () => ({ program: EXECUTABLE, version: "" }),
        () => ({ reason: "run deno task compile first" }),
      ),
    prepare: ({ port }) =>
      Promise.resolve({ command: [EXECUTABLE, ...options, "--port", String(port)], env: {} }),
  };
}

/** The same server, whose runtime is started with flags of V8. */
export function withV8Flags(server: Server, flags: string): Server {
  return {
    ...server,
    name: `${server.name}, DENO_V8_FLAGS=${flags}`,
    async prepare(job) {
      const launch = await server.prepare(job);
      return { ...launch, env: { ...launch.env, DENO_V8_FLAGS: flags } };
    },
  };
}

/** A checkout by its folder and, if it is under version control, its commit. */
function describe(checkout: string): string {
  const args = ["-C", checkout, "describe", "--always", "--dirty", "--exclude=*"];
  try {
    const { success, stdout } = new Deno.Command("git", { args, stderr: "null" }).outputSync();
    return success ? `${checkout} at ${new TextDecoder().decode(stdout).trim()}` : checkout;
  } catch { // git is not installed.
    return checkout;
  }
}

/**
 * Starts a server, and waits until it accepts connections and is idle.
 *
 * @param connections How many it must have room for.
 */
export async function startServer(
  server: Server,
  connections: number = JOB.connections,
): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack();
  const { folder } = stack.use(temporaryFolder());
  const port = freePort();
  const launch = await server.prepare({ ...JOB, connections, port, folder });
  const subject = stack.use(await startSubject(server.name, launch, port, NEVER));
  const started = stack.move();
  const { pid } = subject;
  return {
    port,
    cpu: () => treeOf(pid).map(cpuOf).reduce((sum, { user, system }) => sum + user + system, 0),
    memory: () => treeOf(pid).map(memoryOf).reduce((sum, { own, files }) => sum + own + files, 0),
    signal: (signal) => Deno.kill(pid, signal),
    check: () => subject.check(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Measures the time from starting a server until it accepts a connection, in milliseconds. */
export async function timeStart(server: Server): Promise<number> {
  using temporary = temporaryFolder();
  const port = freePort();
  const { command, env } = await server.prepare({ ...JOB, port, folder: temporary.folder });
  const [program, ...args] = command;
  const start = performance.now();
  const child = new Deno.Command(program, { args, env, stdin: "null", stdout: "null" }).spawn();
  let hasEnded = false;
  const status = child.status.then(() => hasEnded = true);
  try {
    while (!(await accepts(port))) {
      if (hasEnded) throw new Error(`Cannot start ${server.name}: it exited`);
      await delay(RETRY_MS);
    }
    return performance.now() - start;
  } finally {
    killTree(child.pid);
    await status;
  }
}

function accepts(port: number): Promise<boolean> {
  return Deno.connect({ port }).then((conn) => {
    conn.close();
    return true;
  }, () => false);
}

/** Makes a folder that is removed on disposal, or when the program exits. */
function temporaryFolder(): Disposable & { readonly folder: string } {
  const folder = Deno.makeTempDirSync({ prefix: "bench-" });
  const remove = () => Deno.removeSync(folder, { recursive: true });
  globalThis.addEventListener("unload", remove);
  const dispose = () => {
    globalThis.removeEventListener("unload", remove);
    remove();
  };
  return { folder, [Symbol.dispose]: dispose };
}
