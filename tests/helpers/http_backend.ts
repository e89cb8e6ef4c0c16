/**
 * Backends of the balancer that are real servers in processes of their own: Sluice, nginx, Node and
 * gunicorn. Each records what it has parsed of each request.
 */
import { fileURLToPath } from "node:url";
import { freePort } from "./free_port.ts";
import { type ParsedRequest, readParsed } from "./parsed_requests.ts";
import { childrenOf } from "./process.ts";
import { nginxBackendConfig } from "./nginx_backend.ts";
import { SERVER } from "./server.ts";
import { until } from "./until.ts";

/** The servers that there are. */
export type BackendKind = "sluice" | "nginx" | "node" | "gunicorn";

/** What runs a backend. */
interface Program {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The signal that ends it once its requests are answered. */
  readonly stop: Deno.Signal;
}

/** Makes the program of each kind. */
const PROGRAMS: Readonly<
  Record<BackendKind, (name: string, port: number, folder: string) => Program>
> = {
  sluice: (name, port, folder) => ({
    command: [
      ...SERVER,
      ...["--mode", "async", "--port", String(port), "--max-body-size", "1gb"],
      ...["--handler", pathOf("../backends/sluice_backend.js")],
    ],
    env: { BACKEND_NAME: name, BACKEND_FOLDER: folder },
    stop: "SIGTERM",
  }),
  nginx: (_name, _port, folder) => ({
    command: ["nginx", "-e", "stderr", "-p", folder, "-c", `${folder}/config`],
    stop: "SIGQUIT",
  }),
  node: (name, port, folder) => ({
    command: ["node", pathOf("../backends/node_backend.cjs"), name, String(port), folder],
    stop: "SIGTERM",
  }),
  gunicorn: (name, port, folder) => ({
    command: [
      ...["gunicorn", "--bind", `127.0.0.1:${port}`, "--worker-class", "gthread", "--threads", "8"],
      ...["--keep-alive", "5", "--log-level", "debug", "--log-file", `${folder}/log`],
      ...["--chdir", pathOf("../backends"), "wsgi_backend:app"],
    ],
    env: { BACKEND_NAME: name, BACKEND_FOLDER: folder, PYTHONDONTWRITEBYTECODE: "1" },
    stop: "SIGTERM",
  }),
};

function pathOf(path: string): string {
  return fileURLToPath(import.meta.resolve(path));
}

/**
 * A backend, killed on dispose. It answers with its name, the method and the target, but
 *
 * - `/echo` with the body of the request, and with its trailers where the server can;
 * - `/wait?100` 100 milliseconds later;
 * - `/bytes?1000` with so many bytes;
 * - `/health` with 500 while it is broken.
 *
 * nginx knows none of these except `/health`. A field `X-Backend` has the name, and `X-Seen` the
 * `X-Forwarded-For` of the request.
 */
export class HttpBackend implements AsyncDisposable {
  readonly #program: Program;
  readonly #folder: string;
  #child: Deno.ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly kind: BackendKind,
    readonly name: string,
    readonly port: number,
    folder: string,
  ) {
    this.#folder = folder;
    this.#program = PROGRAMS[kind](name, port, folder);
  }

  /** Starts one, and waits until it listens. */
  static async start(kind: BackendKind, name: string = kind): Promise<HttpBackend> {
    const folder = await Deno.makeTempDir({ prefix: `sluice-${kind}-` });
    const backend = new HttpBackend(kind, name, freePort(), folder);
    if (kind === "nginx") {
      await Deno.writeTextFile(`${folder}/config`, nginxBackendConfig(name, backend.port, folder));
    }
    try {
      await backend.restart();
      return backend;
    } catch (error) {
      await backend[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Such as `127.0.0.1:8000`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** All requests that it has parsed so far, those before a restart included. */
  async parsed(): Promise<readonly ParsedRequest[]> {
    return (await this.#records()).requests;
  }

  /** Why it has refused requests, once for each of them. */
  async refused(): Promise<readonly string[]> {
    return (await this.#records()).refused;
  }

  /** How many connections have carried requests, those of health checks left out. */
  async connections(): Promise<number> {
    const requests = (await this.parsed()).filter(({ target }) => target !== "/health");
    return new Set(requests.map(({ connection }) => connection)).size;
  }

  /** Starts it on the same port as before, once it has ended. */
  async restart(): Promise<void> {
    const [program = "", ...args] = this.#program.command;
    const child = new Deno.Command(program, {
      args,
      env: { ...this.#program.env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const errors = new Response(child.stderr).text();
    this.#child = child;
    let hasEnded = false;
    this.#ended = Promise.all([child.status.then(() => hasEnded = true), errors]);
    await until(`${this.kind} listens`, async () => {
      if (hasEnded) throw new Error(`${this.kind} has ended: ${await errors}`);
      return await accepts(this.port);
    });
  }

  /** Ends it once its requests are answered. */
  async stop(): Promise<void> {
    this.#child?.kill(this.#program.stop);
    this.#child = null;
    await this.#ended;
  }

  /** Kills it, at once. */
  async kill(): Promise<void> {
    // Otherwise it may start a new child in place of one that was killed, which would survive it.
    this.hang();
    this.#signal("SIGKILL");
    this.#child = null;
    await this.#ended;
  }

  /** Makes it hang, until it is let go on. */
  hang(): void {
    this.#signal("SIGSTOP");
  }

  /** Lets it go on. */
  goOn(): void {
    this.#signal("SIGCONT");
  }

  /** Makes its health check fail, or succeed again. */
  async setBroken(isBroken: boolean): Promise<void> {
    if (isBroken) await Deno.writeTextFile(`${this.#folder}/broken`, "");
    else await Deno.remove(`${this.#folder}/broken`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #records() {
    return readParsed(this.#folder);
  }

  /** Its children first: what they say of the end of their parent is not of interest. */
  #signal(signal: Deno.Signal): void {
    if (this.#child === null) return;
    for (const pid of [...childrenOf(this.#child.pid), this.#child.pid]) {
      try {
        Deno.kill(pid, signal);
      } catch (error) { // It has ended.
        if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
      }
    }
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.close();
    return true;
  } catch {
    return false;
  }
}
