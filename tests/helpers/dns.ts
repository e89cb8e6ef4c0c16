/** A real name server, Debian's dnsmasq, on a loopback port of its own. */
import type { NameServer } from "../../src/upstream/discovery/dns_query.ts";
import { freePort } from "./free_port.ts";
import { until } from "./until.ts";

/** The IP addresses of names. */
export type Hosts = Readonly<Record<string, readonly string[]>>;

/** What the server knows. */
export interface DnsData {
  /** With the time to live {@linkcode HOSTS_TTL}. */
  readonly hosts?: Hosts;
  /** More of its options, such as `--srv-host=...`. */
  readonly options?: readonly string[];
}

/** In seconds. */
export const HOSTS_TTL = 1;

/** Knows the names below `test`, and no others. */
const OPTIONS = [
  "--keep-in-foreground",
  "--conf-file=/dev/null",
  "--listen-address=127.0.0.1",
  "--bind-interfaces",
  "--no-resolv",
  "--no-hosts",
  "--local=/test/",
  `--local-ttl=${HOSTS_TTL}`,
  "--log-facility=/dev/null",
  "--pid-file",
];

/** A name server of a test. */
export class DnsServer implements AsyncDisposable {
  readonly address: NameServer;
  readonly #folder: string;
  #process: Deno.ChildProcess;
  #isStopped = false;

  private constructor(port: number, folder: string, process: Deno.ChildProcess) {
    this.address = { transport: "tcp", hostname: "127.0.0.1", port };
    this.#folder = folder;
    this.#process = process;
  }

  static async start({ hosts = {}, options = [] }: DnsData): Promise<DnsServer> {
    const folder = await Deno.makeTempDir();
    const port = freePort();
    await writeHosts(folder, hosts);
    const server = new DnsServer(port, folder, spawn(port, folder, options));
    await server.#ready();
    return server;
  }

  /** Replaces what it knows of hosts. */
  async setHosts(hosts: Hosts): Promise<void> {
    await writeHosts(this.#folder, hosts);
    if (!this.#isStopped) this.#process.kill("SIGHUP");
  }

  /** Starts it again at the same port, with other options. */
  async restart(options: readonly string[] = []): Promise<void> {
    await this.stop();
    this.#process = spawn(this.address.port, this.#folder, options);
    this.#isStopped = false;
    await this.#ready();
  }

  /** Ends it: nobody listens any more. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** From now on it receives questions, but does not answer. */
  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #ready(): Promise<void> {
    const { hostname, port } = this.address;
    await until("the name server accepts connections", async () => {
      try {
        (await Deno.connect({ hostname, port })).close();
        return true;
      } catch {
        return false;
      }
    });
  }
}

function spawn(port: number, folder: string, options: readonly string[]): Deno.ChildProcess {
  // As root it would become another user, who cannot read the file.
  const user = Deno.uid() === 0 ? ["--user=root"] : [];
  return new Deno.Command("dnsmasq", {
    args: [...OPTIONS, ...user, `--port=${port}`, `--addn-hosts=${folder}/hosts`, ...options],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

async function writeHosts(folder: string, hosts: Hosts): Promise<void> {
  const lines = Object.entries(hosts).flatMap(([name, addresses]) =>
    addresses.map((address) => `${address} ${name}\n`)
  );
  // Replaced as a whole: the server may be reading it.
  await Deno.writeTextFile(`${folder}/hosts.new`, lines.join(""));
  await Deno.rename(`${folder}/hosts.new`, `${folder}/hosts`);
}
