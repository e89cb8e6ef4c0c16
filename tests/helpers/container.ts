/**
 * A container of nothing but the kernel's means: a root file system of Debian's packages,
 * read-only, a namespace of processes, and a user without rights.
 */
import { fileURLToPath } from "node:url";
import { childrenOf } from "./process.ts";
import { copyProgram } from "./programs.ts";
import { type Server, startCommand } from "./server.ts";
import { findTool } from "./tools.ts";
import { waitFor } from "./until.ts";

/** Kept for the next run: making it takes half a minute. Its packages are unpacked, not set up. */
const ROOT = "/var/tmp/sluice-test-debian";
const EXECUTABLE = fileURLToPath(import.meta.resolve("../../dist/sluice"));

const NOBODY = "65534";
/** Becomes process 1 of the container: $1 is the root, $2 the folder of the program; the rest is run. */
const ENTER = `
mount --make-rprivate /
mount --bind "$1" "$1"
mount --bind "$2" "$1/app"
mount -t proc proc "$1/proc"
mount -o remount,bind,ro "$1/app"
mount -o remount,bind,ro "$1"
root=$1
shift 2
exec env -i PATH=/usr/bin:/usr/sbin chroot "$root" setpriv --reuid ${NOBODY} --regid ${NOBODY} \\
  --pdeathsig KILL --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;

/** Why this machine cannot run a container; null if it can. */
export function containerObstacle(): string | null {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return "only root on Linux can make containers";
  }
  const tools = ["debootstrap", "unshare", "setpriv", "chroot"];
  const missing = tools.find((tool) => findTool(tool) === null);
  return missing === undefined ? null : `${missing} is not installed`;
}

/** Makes the root file system, unless one was made before. */
export async function makeRoot(): Promise<void> {
  if (exists(`${ROOT}/app`)) return;
  const draft = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "sluice-test-debian-" });
  await run("debootstrap", ["--variant=minbase", "--foreign", "bookworm", draft]);
  // So far this is a link to that of the host.
  await Deno.remove(`${draft}/proc`, { recursive: true });
  await Deno.mkdir(`${draft}/proc`);
  await Deno.chmod(draft, 0o755);
  await Deno.mkdir(`${draft}/app`);
  await Deno.rename(draft, ROOT);
}

/** Makes the executable, unless there is one: with another source, remove it first. */
export async function makeExecutable(): Promise<void> {
  if (!exists(EXECUTABLE)) await run(Deno.execPath(), ["task", "compile"]);
}

/** A server in a container. */
export interface ContainedServer extends AsyncDisposable {
  readonly server: Server;
  /** The id of its process 1, as seen from outside. */
  readonly first: number;
}

/** Starts the executable as process 1 of a container, with a handler, and waits until it serves. */
export async function startContained(
  handler: string,
  args: readonly string[],
): Promise<ContainedServer> {
  const app = await Deno.makeTempDir();
  await Deno.chmod(app, 0o755);
  await Deno.link(EXECUTABLE, `${app}/sluice`).catch(() =>
    copyProgram(EXECUTABLE, `${app}/sluice`)
  );
  await Deno.writeTextFile(`${app}/handler.js`, handler);
  const server = await startCommand([
    ...["unshare", "--pid", "--fork", "--mount"],
    ...["sh", "-ec", ENTER, "sh", ROOT, app],
    ...["/app/sluice", "/app/handler.js", "--port", "0", ...args],
  ]);
  const first = await waitFor("it runs", () => childrenOf(server.pid)[0] ?? null);
  return {
    server,
    first,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(app, { recursive: true });
    },
  };
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: fileURLToPath(import.meta.resolve("../..")),
    stdin: "null",
  }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}

/** Whether there is anything at a path. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
