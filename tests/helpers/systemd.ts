/**
 * A systemd of a test: process 1 of namespaces of its own, with units of its own. It sees
 * the files of the machine, but leaves nothing there; the network is the machine's.
 */
import { fileURLToPath } from "node:url";
import { childrenOf } from "./process.ts";
import { findTool, runTool } from "./tools.ts";
import { waitFor } from "./until.ts";

const INIT = "/lib/systemd/systemd";
const TOOLS = ["systemctl", "unshare", "nsenter", "mount", "umount", "bash"];
/** The folder of this project. */
export const PROJECT = fileURLToPath(import.meta.resolve("../../")).replace(/\/$/, "");
/** Where the runtime keeps its modules. */
export const MODULES = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
/** The targets that units refer to. */
const TARGETS = ["test", "sysinit", "basic", "shutdown", "multi-user", "sockets", "network-online"];

/** Prepares the namespaces, and becomes systemd: $1 is the folder of the units, the rest are folders to keep. */
const SCRIPT = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/units
cp -r "$1"/. /run/units
shift
for folder; do
  mkdir -p "/run/kept/$folder"
  mount --bind "$folder" "/run/kept/$folder"
done
mkdir /run/etc
cp -a /etc/. /run/etc
mount --bind /run/etc /etc
for folder in /tmp /var /etc/systemd; do mount -t tmpfs tmpfs $folder; done
mkdir -p /etc/systemd/system /var/tmp /var/lib /var/log /var/cache
chmod 1777 /tmp /var/tmp
for folder; do
  mkdir -p "$folder"
  mount --bind "/run/kept/$folder" "$folder"
done
umount -R /sys/fs/cgroup 2>/dev/null || umount -lR /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
export container=test SYSTEMD_UNIT_PATH=/run/units:/etc/systemd/system
exec ${INIT} --system --unit=test.target --show-status=no --log-target=null`;

/** Why there can be no systemd; null if there can. */
export async function systemdObstacle(): Promise<string | null> {
  const missing = TOOLS.filter((tool) => findTool(tool) === null);
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  try {
    await Deno.stat(INIT);
  } catch {
    return "systemd is not installed";
  }
  try {
    await using _systemd = await Systemd.start({});
    return null;
  } catch {
    return "the system allows no systemd in namespaces";
  }
}

/** A running systemd. */
export class Systemd implements AsyncDisposable {
  readonly #unshare: Deno.ChildProcess;
  readonly #units: string;
  readonly #group: string;
  #pid = 0;

  /**
   * Starts systemd.
   *
   * @param units The texts of its units, by their file names.
   */
  static async start(units: Readonly<Record<string, string>>): Promise<Systemd> {
    const systemd = new Systemd(units);
    try {
      await systemd.#boot();
      return systemd;
    } catch (error) {
      await systemd[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(units: Readonly<Record<string, string>>) {
    this.#units = Deno.makeTempDirSync();
    const targets = TARGETS.map((name) =>
      [`${name}.target`, "[Unit]\nDefaultDependencies=no\n"] as const
    );
    for (const [name, text] of [...targets, ...Object.entries(units)]) {
      const path = `${this.#units}/${name}`;
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(path, text);
    }
    this.#group = `${groups()}/test-${crypto.randomUUID()}`;
    Deno.mkdirSync(this.#group);
    const enter = `echo $$ > "${this.#group}/cgroup.procs"; exec "$@"`;
    const kinds = ["--pid", "--mount-proc", "--mount", "--cgroup", "--uts", "--ipc"];
    this.#unshare = new Deno.Command("bash", {
      args: [
        ...["-c", enter, "bash", "unshare", "--fork", "--kill-child", ...kinds],
        ...["bash", "-c", SCRIPT, "bash", this.#units, PROJECT, MODULES],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async #boot(): Promise<void> {
    let isOver = false;
    void this.#unshare.status.then(() => isOver = true);
    await waitFor("systemd runs", async () => {
      if (isOver) throw new Error("systemd has ended");
      this.#pid = childrenOf(this.#unshare.pid)[0] ?? 0;
      if (this.#pid === 0) return null;
      const { stdout } = await this.run("systemctl", "is-system-running");
      return /running|degraded/.test(stdout) || null;
    });
  }

  /** Runs a program among its processes. */
  run(name: string, ...args: string[]): ReturnType<typeof runTool> {
    const kinds = ["--mount", "--pid", "--cgroup", "--uts", "--ipc"];
    return runTool("nsenter", ["--target", String(this.#pid), ...kinds, name, ...args]);
  }

  /** Runs systemctl, which must succeed. */
  async control(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run("systemctl", ...args);
    if (code !== 0) throw new Error(`systemctl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** A property of a unit. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.control("show", "--value", "--property", name, unit)).trim();
  }

  /** Reads a file as its processes see it. */
  async read(path: string): Promise<string> {
    return (await this.run("cat", path)).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // All others end with process 1.
      Deno.kill(this.#pid === 0 ? this.#unshare.pid : this.#pid, "SIGKILL");
    } catch { // It has ended.
    }
    await this.#unshare.status;
    await waitFor("its groups are empty", () => removeGroup(this.#group) || null);
    await Deno.remove(this.#units, { recursive: true });
  }
}

/** Where the machine's groups of processes are, version 2: cgroups(7). */
function groups(): string {
  const line = Deno.readTextFileSync("/proc/mounts").split("\n").find((one) =>
    one.split(" ")[2] === "cgroup2"
  );
  if (line === undefined) throw new Error("There are no control groups of version 2");
  return line.split(" ")[1] ?? "";
}

/** Removes a group and those below it; false while processes are in it. */
function removeGroup(path: string): boolean {
  try {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      if (isDirectory && !removeGroup(`${path}/${name}`)) return false;
    }
    Deno.removeSync(path);
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
