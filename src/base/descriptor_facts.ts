/** What the system tells of file descriptors of this process: proc(5). Any thread may close them meanwhile. */

/** What a descriptor leads to; null if it is closed by now, or there is no /proc. */
export function linkOf(descriptor: number | string): string | null {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}

/** The position, the flags and more of a descriptor, as text; empty where {@linkcode linkOf} is null. */
export function infoOf(descriptor: number | string): string {
  try {
    return Deno.readTextFileSync(`/proc/self/fdinfo/${descriptor}`);
  } catch {
    return "";
  }
}
