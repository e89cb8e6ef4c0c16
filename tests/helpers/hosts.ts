/**
 * Hosts of a test, each with a network of its own, joined by a switch: what happens between them
 * is what happens between machines. They end with the processes that hold their networks.
 */
import { SERVER, type Server, startCommand } from "./server.ts";
import { findTool, runTool } from "./tools.ts";

const TOOLS = ["unshare", "nsenter", "ip", "tc", "nft"];
/** Holds a network until its standard input ends, as it does with this process at the latest. */
const HOLD = ["cat"];
const SUBNET = "10.77.0";

/** Why there can be no hosts; null if there can. */
export async function hostsObstacle(): Promise<string | null> {
  const missing = TOOLS.filter((tool) => findTool(tool) === null);
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  try {
    await using hosts = await Hosts.start(["one"]);
    await hosts.filter("one", "drop");
    return null;
  } catch {
    return "the system allows no network namespaces";
  }
}

/** Some hosts and the switch between them. */
export class Hosts implements AsyncDisposable {
  readonly #networks = new Map<string, Deno.ChildProcess>();
  /** In the order of their addresses. */
  readonly #names: readonly string[];

  private constructor(names: readonly string[]) {
    this.#names = names;
  }

  static async start(names: readonly string[]): Promise<Hosts> {
    const hosts = new Hosts(names);
    try {
      await hosts.#make();
      return hosts;
    } catch (error) {
      await hosts[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The IP address of a host. */
  addressOf(name: string): string {
    return `${SUBNET}.${this.#names.indexOf(name) + 1}`;
  }

  /** The command that runs a command on a host. */
  on(name: string, command: readonly string[]): string[] {
    const { pid } = this.#networks.get(name) ?? {};
    if (pid === undefined) throw new Error(`There is no host "${name}"`);
    return ["nsenter", "-t", String(pid), "-U", "-n", "--preserve-credentials", ...command];
  }

  /** Starts Sluice on a host. */
  startServer(name: string, args: readonly string[]): Promise<Server> {
    return startCommand(this.on(name, [...SERVER, ...args]));
  }

  /** Pulls the link of a host out of the switch, or plugs it in again. */
  async setLink(name: string, state: "up" | "down"): Promise<void> {
    await this.#run("switch", ["ip", "link", "set", name, state]);
  }

  /**
   * Does this with the packets that arrive at a host from others, such as "drop".
   *
   * @param rule In the words of nft(8); null for no rule any more.
   */
  async filter(name: string, rule: string | null): Promise<void> {
    await this.#run(name, ["nft", "flush", "ruleset"]);
    if (rule === null) return;
    await this.#run(name, ["nft", "add table inet test"]);
    await this.#run(name, ["nft", "add chain inet test in { type filter hook input priority 0; }"]);
    await this.#run(name, ["nft", `add rule inet test in iifname != "lo" ${rule}`]);
  }

  /** Makes the link to a host narrow, for what it receives; in megabits a second. */
  async narrow(name: string, rate: number): Promise<void> {
    const queue = ["tbf", "rate", `${rate}mbit`, "burst", "32k", "latency", "100ms"];
    await this.#run("switch", ["tc", "qdisc", "replace", "dev", name, "root", ...queue]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of [...this.#networks.values()].reverse()) {
      await process.stdin.close();
      await process.status;
    }
  }

  async #make(): Promise<void> {
    this.#hold("switch", ["unshare", "--map-root-user", "--net", ...HOLD]);
    await this.#isHeld("switch");
    await this.#run("switch", ["ip", "link", "add", "bridge", "type", "bridge"]);
    await this.#run("switch", ["ip", "link", "set", "bridge", "up"]);
    for (const name of this.#names) {
      this.#hold(name, this.on("switch", ["unshare", "--net", ...HOLD]));
      await this.#isHeld(name);
      const { pid } = this.#networks.get(name) as Deno.ChildProcess;
      const other = ["type", "veth", "peer", "name", "eth0", "netns", String(pid)];
      await this.#run("switch", ["ip", "link", "add", name, ...other]);
      await this.#run("switch", ["ip", "link", "set", name, "master", "bridge", "up"]);
      await this.#run(name, ["ip", "address", "add", `${this.addressOf(name)}/24`, "dev", "eth0"]);
      await this.#run(name, ["ip", "link", "set", "lo", "up"]);
      await this.#run(name, ["ip", "link", "set", "eth0", "up"]);
    }
  }

  #hold(name: string, [program = "", ...args]: readonly string[]): void {
    const pipes = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    this.#networks.set(name, new Deno.Command(program, { args, ...pipes }).spawn());
  }

  /** Waits until the process is in its own network: it says what it is told only then. */
  async #isHeld(name: string): Promise<void> {
    const { stdin, stdout } = this.#networks.get(name) as Deno.ChildProcess;
    const writer = stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
    const reader = stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (done) throw new Error("The system allows no networks");
  }

  async #run(name: string, command: readonly string[]): Promise<void> {
    const [program = "", ...args] = this.on(name, command);
    const { code, stderr } = await runTool(program, args);
    if (code !== 0) throw new Error(`"${command.join(" ")}" failed on ${name}: ${stderr}`);
  }
}
