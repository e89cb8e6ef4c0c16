/** The image of deploy/docker/: built by its Dockerfile, and run. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { freePort } from "../helpers/free_port.ts";
import { startCommand } from "../helpers/server.ts";
import { findTool, runTool, testUnless } from "../helpers/tools.ts";

const ROOT = fileURLToPath(import.meta.resolve("../.."));
const EXECUTABLE = `${ROOT}dist/sluice`;
const PROGRAM = "/usr/local/bin/sluice";

/** Builds and runs images without a daemon, and without what other builds have left. */
class Buildah implements AsyncDisposable {
  readonly #options: readonly string[];

  /** @param folder A new one. */
  constructor(readonly folder: string) {
    this.#options = ["--storage-driver", "vfs", "--root", `${folder}/root`].concat([
      ...["--runroot", `${folder}/run`],
    ]);
  }

  command(...args: readonly string[]): readonly string[] {
    return ["buildah", ...this.#options, ...args];
  }

  /** @returns Its standard output. */
  async run(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runTool("buildah", [...this.#options, ...args]);
    assertEquals(code, 0, stderr);
    return stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("rm", "--all");
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Copies the libraries that the executable loads to a folder. */
async function copyLibraries(folder: string): Promise<void> {
  const { stdout } = await runTool("ldd", [EXECUTABLE]);
  const paths = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  assert(paths.length > 3, stdout);
  for (const path of paths) {
    await Deno.mkdir(`${folder}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.copyFile(path, `${folder}${path}`);
  }
}

function obstacle(): string | null {
  if (findTool("buildah") === null) return "buildah is not installed";
  try {
    return Deno.statSync(EXECUTABLE).isFile ? null : "dist/sluice is no file";
  } catch {
    return "dist/sluice is not built";
  }
}

testUnless(
  obstacle(),
  "the image is built by its Dockerfile, serves as nobody in particular, and probes itself",
  async () => {
    await using buildah = new Buildah(await Deno.makeTempDir());
    await buildah.run(
      ...["build", "--isolation", "chroot", "--format", "docker", "--tag", "sluice"],
      ...["--build-arg", "BASE=scratch", "--build-arg", "EXECUTABLE=prebuilt"],
      ...["--file", `${ROOT}deploy/docker/Dockerfile`, ROOT],
    );
    const { config } = JSON.parse(await buildah.run("inspect", "--type", "image", "sluice")).Docker;
    assertEquals(config.User, "65532:65532");
    assertEquals(config.Entrypoint, [PROGRAM]);
    assertEquals(Object.keys(config.ExposedPorts).sort(), ["8000/tcp", "9900/tcp"]);
    assertEquals(Object.keys(config.Volumes), ["/var/lib/sluice"]);
    assertEquals(config.Healthcheck.Test.slice(0, 3), ["CMD", PROGRAM, "probe"]);

    const container = await buildah.run("from", "sluice");
    // What the base image has: nothing can be downloaded here.
    await copyLibraries(`${buildah.folder}/libraries`);
    await buildah.run("copy", "--quiet", container, `${buildah.folder}/libraries`, "/");
    const inside = ["run", "--isolation", "chroot", container, "--", PROGRAM];
    const admin = `127.0.0.1:${freePort()}`;
    const args = ["--host", "127.0.0.1", "--port", "0", "--admin", admin];
    await using server = await startCommand(buildah.command(...inside, ...args));
    const status = await (await fetch(`http://${admin}/status`)).json();
    const facts = await Deno.readTextFile(`/proc/${status.pid}/status`);
    assert(/^Uid:\t65532\t65532/m.test(facts), facts);
    assert(/^CapEff:\t0+$/m.test(facts), facts);
    assertEquals(await buildah.run(...inside, "probe", "--admin", admin), "");
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    assertEquals(response.status, 200, await response.text());
    Deno.kill(status.pid, "SIGTERM");
    assertEquals(await server.exited, 0);
  },
);
