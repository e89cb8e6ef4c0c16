/** Programs that see other names than the system's: in a network and with files of their own. */
import { findTool, runTool } from "./tools.ts";

/** $1 and $2 replace the hosts file and that of the name servers; $3 is run first. */
const SCRIPT = [
  "ip link set lo up",
  'mount --bind "$1" /etc/hosts',
  'mount --bind "$2" /etc/resolv.conf',
  'eval "$3"',
  "shift 3",
  'exec "$@"',
].join(" && ");
/** The background ends with the program, the first process of its namespace. */
const APART = ["--map-root-user", "--net", "--mount", "--pid", "--fork", "sh", "-c", SCRIPT, "sh"];

/** Why programs cannot have names of their own; null if they can. */
export async function namespaceObstacle(): Promise<string | null> {
  const missing = ["unshare", "ip", "mount", "dnsmasq"].filter((tool) => findTool(tool) === null);
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  const result = await tryRun("", "", ["true"]);
  return result.code === 0 ? null : "the system allows no namespaces";
}

/**
 * Runs a program that finds names in `hosts`, or asks a name server at 127.0.0.1.
 *
 * @param background What runs beside it; empty for nothing.
 * @returns What it prints.
 */
export async function runWithNames(
  hosts: string,
  background: string,
  command: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await tryRun(hosts, background, command);
  if (code !== 0) throw new Error(`The program failed: ${stderr}`);
  return stdout;
}

async function tryRun(hosts: string, background: string, command: readonly string[]) {
  const folder = await Deno.makeTempDir();
  const files = [`${folder}/hosts`, `${folder}/resolv.conf`];
  try {
    await Deno.writeTextFile(`${folder}/hosts`, hosts);
    await Deno.writeTextFile(`${folder}/resolv.conf`, "nameserver 127.0.0.1\n");
    const beside = background === "" ? "true" : `${background} 2>/dev/null &`;
    return await runTool("unshare", [...APART, ...files, beside, ...command]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
