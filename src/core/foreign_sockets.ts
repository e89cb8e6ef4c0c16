/**
 * Listening sockets of another process of the server. A copy of a descriptor
 * (pidfd_getfd(2), Linux 5.6) stands for the same socket with the same accept queue,
 * so that its clients can be accepted while the other process is blocked.
 */
import { type Library, openLibrary } from "../base/c_library.ts";
import { queueLength } from "./tcp_info.ts";

/** The listening sockets of another process. */
export interface ForeignSockets {
  readonly pid: number;
  /** Their file descriptors in that process. */
  readonly descriptors: readonly number[];
}

/** System calls that the C library has no function for, or only lately. */
const PIDFD_OPEN = 434n;
const PIDFD_GETFD = 438n;

const PR_SET_PTRACER = 0x59616d61;

/**
 * Lets a process and its children copy descriptors of this process where the system
 * restricts that to ancestors: Linux, Documentation/admin-guide/LSM/Yama.rst. Elsewhere
 * it has no effect.
 */
export function allowCopies(by: number): void {
  using library = openLibrary();
  library?.prctl(PR_SET_PTRACER, BigInt(by));
}

/**
 * Copies descriptors of another process to this one.
 *
 * @returns null if the system lacks this or denies it, or the process is gone.
 */
export function copyDescriptors(
  library: Library,
  { pid, descriptors }: ForeignSockets,
): number[] | null {
  const process = Number(library.syscall(PIDFD_OPEN, BigInt(pid), 0n, 0n));
  if (process < 0) return null;
  const copies: number[] = [];
  for (const descriptor of descriptors) {
    const copy = Number(library.syscall(PIDFD_GETFD, BigInt(process), BigInt(descriptor), 0n));
    if (copy >= 0) copies.push(copy);
  }
  library.close(process);
  if (copies.length === descriptors.length) return copies;
  for (const copy of copies) library.close(copy);
  return null;
}

/**
 * How many clients wait in the accept queues of another process.
 *
 * @returns null if the system does not tell: see {@linkcode copyDescriptors}.
 */
export function clientsWaiting(library: Library, sockets: ForeignSockets): number | null {
  const copies = copyDescriptors(library, sockets);
  if (copies === null) return null;
  let waiting = 0;
  for (const copy of copies) {
    waiting += queueLength(library, copy) ?? 0;
    library.close(copy);
  }
  return waiting;
}
