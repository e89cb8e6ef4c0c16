/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = "0A";

/**
 * The file descriptors of this process that listen on the port.
 *
 * @throws {Error} If there is no /proc, or it is not Linux's.
 */
export function listeningSockets(port: number): number[] {
  const sockets = new Set<string>();
  for (const table of ["/proc/self/net/tcp", "/proc/self/net/tcp6"]) {
    for (const line of Deno.readTextFileSync(table).split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const isOnPort = parseInt(local.slice(local.lastIndexOf(":") + 1), 16) === port;
      if (state === LISTENING && isOnPort) sockets.add(`socket:[${inode}]`);
    }
  }
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name);
  return descriptors.filter((name) => sockets.has(linkOf(name))).map(Number);
}

function linkOf(descriptor: string): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
  } catch { // The descriptor that read the directory is closed by now.
    return "";
  }
}
