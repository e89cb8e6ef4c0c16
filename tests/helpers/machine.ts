/**
 * A machine of a test: this one, with files below /etc, /run, /var/lib and /var/log and with
 * processes of its own, which end with it.
 */
import { SERVER } from "./server.ts";
import { findTool, runTool } from "./tools.ts";
import { waitFor } from "./until.ts";

const APART = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** Makes the folders, and becomes the first process. */
const SETUP = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
cp -a /etc "$1/etc"
rm -rf "$1"/etc/service/* "$1"/etc/supervisor/conf.d/*
mount --bind "$1/etc" /etc
for folder in /run /var/lib /var/log; do mount -t tmpfs tmpfs $folder; done
mkdir /var/log/supervisor
shift
exec "$@"`;

/** Why there can be no machine with a service manager; null if there can. */
export async function machineObstacle(...tools: readonly string[]): Promise<string | null> {
  const missing = ["unshare", "nsenter", ...tools].filter((tool) => findTool(tool) === null);
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  const { code } = await runTool("unshare", [...APART, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
  return code === 0 ? null : "the system allows no mount namespaces";
}

/** A machine whose first process is a service manager. */
export class Machine implements AsyncDisposable {
  readonly #outer: Deno.ChildProcess;
  readonly #folder: string;
  #first = 0;

  private constructor(manager: readonly string[], folder: string) {
    this.#folder = folder;
    this.#outer = new Deno.Command("unshare", {
      args: [...APART, "sh", "-c", SETUP, "sh", folder, ...manager],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Starts a machine, and waits until its manager runs. */
  static async start(manager: readonly string[]): Promise<Machine> {
    const machine = new Machine(manager, await Deno.makeTempDir());
    try {
      const [name = ""] = manager;
      const { pid } = machine.#outer;
      machine.#first = await waitFor("the service manager runs", async () => {
        const path = `/proc/${pid}/task/${pid}/children`;
        const child = Number((await Deno.readTextFile(path).catch(() => "")).split(" ")[0]);
        if (child === 0) return null;
        const comm = await Deno.readTextFile(`/proc/${child}/comm`).catch(() => "");
        return comm.trim() === name ? child : null;
      });
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a program there. */
  run(program: string, ...args: readonly string[]): ReturnType<typeof runTool> {
    const enter = ["-t", String(this.#first), "--mount", "--pid", `--wd=${Deno.cwd()}`, "--"];
    return runTool("nsenter", [...enter, program, ...args]);
  }

  /** Runs Sluice there. */
  sluice(...args: readonly string[]): ReturnType<typeof runTool> {
    const [program = "", ...before] = SERVER;
    return this.run(program, ...before, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#outer.kill("SIGKILL");
    } catch { // It has ended.
    }
    await this.#outer.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
