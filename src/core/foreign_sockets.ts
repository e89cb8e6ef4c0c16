/**
 * Listening sockets of another process of the server. A copy of a descriptor
 * (pidfd_getfd(2), Linux 5.6) stands for the same socket with the same accept queue,
 * so that its clients can be accepted while the other process is blocked.
 */
import { errnoOf, type Library, openLibrary } from "../base/c_library.ts";
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

/**
 * What pidfd_getfd(2) and pidfd_open(2) fail with if the system lacks or denies them,
 * errno(3): EPERM, EACCES and ENOSYS. Of a process that ends it is ESRCH or EBADF.
 */
const DENIALS = new Set([1, 13, 38]);

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
export function copyDescriptors(library: Library, sockets: ForeignSockets): number[] | null {
  const copies = tryCopy(library, sockets);
  return typeof copies === "string" ? null : copies;
}

/** Copies all descriptors or none; says why it is none. */
function tryCopy(
  library: Library,
  { pid, descriptors }: ForeignSockets,
): number[] | "denied" | "gone" {
  const process = Number(library.syscall(PIDFD_OPEN, BigInt(pid), 0n, 0n));
  if (process < 0) return reason(library);
  const copies: number[] = [];
  let failure: "denied" | "gone" | null = null;
  for (const descriptor of descriptors) {
    const copy = Number(library.syscall(PIDFD_GETFD, BigInt(process), BigInt(descriptor), 0n));
    if (copy >= 0) copies.push(copy);
    else failure ??= reason(library);
  }
  library.close(process);
  if (failure === null) return copies;
  for (const copy of copies) library.close(copy);
  return failure;
}

function reason(library: Library): "denied" | "gone" {
  return DENIALS.has(errnoOf(library)) ? "denied" : "gone";
}

/**
 * How many clients wait in the accept queues of another process.
 *
 * @returns "denied" if the system lacks what this needs, or denies it; "gone" if the
 *   process has ended or its sockets are closed, as they are before its end is known.
 */
export function clientsWaiting(
  library: Library,
  sockets: ForeignSockets,
): number | "denied" | "gone" {
  const copies = tryCopy(library, sockets);
  if (typeof copies === "string") return copies;
  const lengths = copies.map((copy) => queueLength(library, copy));
  for (const copy of copies) library.close(copy);
  const listening = lengths.filter((length) => length !== null);
  // A number that is used for something else now was a listening socket's.
  if (listening.length < lengths.length) return "gone";
  return listening.reduce((sum, length) => sum + length, 0);
}
