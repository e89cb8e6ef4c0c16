/** Servers in a network of their own, where all packets can be lost from one moment on. */
import { SERVER, type Server, startCommand } from "./server.ts";
import { findTool, runTool } from "./tools.ts";

/** Runs a command in a network of its own. */
const APART = ["unshare", "--map-root-user", "--net", "sh", "-c", `ip link set lo up; exec "$@"`];
/** A queue too small for any packet: from then on, all are lost. */
const LOSE_ALL = ["tc", "qdisc", "add", "dev", "lo", "root"].concat(
  ["tbf", "rate", "8bit", "burst", "1", "latency", "1ms"],
);

/** Why there can be no network of its own; null if there can. */
export async function networkObstacle(): Promise<string | null> {
  const missing = ["unshare", "nsenter", "ip", "tc"].filter((tool) => findTool(tool) === null);
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  const [program = "", ...args] = [...APART, "sh", ...LOSE_ALL];
  const { code } = await runTool(program, args);
  return code === 0 ? null : "the system allows no network namespaces";
}

/** Starts the server in a network of its own. */
export function startServerApart(args: readonly string[]): Promise<Server> {
  return startCommand([...APART, "sh", ...SERVER, ...args]);
}

/** Starts a program in the network of a server. */
export function startBeside({ pid }: Server, command: readonly string[]): Deno.ChildProcess {
  const args = [...insideOf(pid), ...command];
  return new Deno.Command("nsenter", { args, stdin: "null", stdout: "piped", stderr: "null" })
    .spawn();
}

/** Loses all packets in the network of a server. */
export async function loseAllPackets({ pid }: Server): Promise<void> {
  const { code, stderr } = await runTool("nsenter", [...insideOf(pid), ...LOSE_ALL]);
  if (code !== 0) throw new Error(`Cannot lose packets: ${stderr}`);
}

function insideOf(pid: number): string[] {
  return ["-t", String(pid), "-U", "-n", "--preserve-credentials"];
}
