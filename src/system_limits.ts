/** What the system allows this process; null where it does not say. */
export interface SystemLimits {
  /** Files and sockets that may be open at a time (RLIMIT_NOFILE, the soft limit). */
  readonly descriptors: number | null;
  /** The longest queue of a listening socket (net.core.somaxconn). */
  readonly backlog: number | null;
}

const LIMITS = "/proc/self/limits";
const SOMAXCONN = "/proc/sys/net/core/somaxconn";

/** Reads the limits of this process. */
export async function systemLimits(): Promise<SystemLimits> {
  const text = await readProc();
  const descriptors = /^Max open files\s+(\d+)/m.exec(text);
  const backlog = /^\d+\s*$/m.exec(text);
  return {
    descriptors: descriptors === null ? null : Number(descriptors[1]),
    backlog: backlog === null ? null : Number(backlog[0]),
  };
}

async function readProc(): Promise<string> {
  try {
    return Deno.readTextFileSync(LIMITS) + Deno.readTextFileSync(SOMAXCONN);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) return "";
  }
  // Deno opens /proc only to a process that may do everything. A child has the
  // same limits, and this one may do nothing but read.
  try {
    const cat = new Deno.Command("cat", { args: [LIMITS, SOMAXCONN], stdin: "null" });
    return new TextDecoder().decode((await cat.output()).stdout);
  } catch {
    return "";
  }
}
