/** Ports for programs that cannot choose one themselves. */
import { isFree } from "../../src/bench/subject_process.ts";

/** Below those of net.ipv4.ip_local_port_range, and those of `sluice bench`. */
const PORTS = { from: 10_000, count: 10_000 };

/** Where all tests of a user note the last port that was given to one of them. */
const LAST = `${Deno.env.get("TMPDIR") ?? "/tmp"}/sluice-last-test-port-${Deno.uid()}`;

/**
 * Finds a port of 127.0.0.1 that nothing listens on, and that the system gives to no outgoing
 * connection. No other test gets the same one: it may take a while until its program listens.
 */
export function freePort(): number {
  using file = Deno.openSync(LAST, { read: true, write: true, create: true });
  file.lockSync(true);
  for (let port = read(file);;) {
    port = port + 1 < PORTS.from + PORTS.count ? port + 1 : PORTS.from;
    if (!isFree(port)) continue;
    write(file, port);
    return port;
  }
}

function read(file: Deno.FsFile): number {
  const bytes = new Uint8Array(2);
  const last = file.readSync(bytes) === 2 ? new DataView(bytes.buffer).getUint16(0) : 0;
  // At first, anywhere: tests of other users may run as well.
  return last >= PORTS.from ? last : PORTS.from + Math.floor(Math.random() * PORTS.count);
}

function write(file: Deno.FsFile, port: number): void {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, port);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

/** Whether this machine has an address. */
export function canListen(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
