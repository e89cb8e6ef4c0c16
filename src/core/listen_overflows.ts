const NETSTAT = "/proc/net/netstat";
const COUNTER = "ListenOverflows";

/**
 * How often an accept queue was full when a client came, of any program in this network namespace,
 * since the system started; null if the system does not tell.
 */
export function listenOverflows(): number | null {
  try {
    return parseOverflows(Deno.readTextFileSync(NETSTAT));
  } catch { // No Linux, or no permission.
    return null;
  }
}

/** Finds the counter in the text of /proc/net/netstat: a line of names, and one of values. */
export function parseOverflows(text: string): number | null {
  const lines = text.split("\n");
  const names = lines.find((line) => line.startsWith("TcpExt:"))?.split(" ") ?? [];
  const index = names.indexOf(COUNTER);
  const values = lines.findLast((line) => line.startsWith("TcpExt:"))?.split(" ") ?? [];
  return index === -1 ? null : Number(values[index]);
}
