/** What epoll(7) of the runtime waits for: proc(5) tells it, and the runtime has no API to change it. */
import { type Library, openLibrary } from "../base/c_library.ts";
import { infoOf, linkOf } from "../base/descriptor_facts.ts";

/** The link of a descriptor of epoll(7), in /proc/self/fd. */
const EPOLL = "anon_inode:[eventpoll]";
/** A descriptor in the interest list of an epoll, in hexadecimal but for itself: proc(5). */
const INTEREST = /^tfd: *(\d+) events: *([0-9a-f]+) data: *([0-9a-f]+)/gm;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;
/** Where the data is in a struct epoll_event, which is packed on one architecture only. */
const DATA = Deno.build.arch === "x86_64" ? 4 : 8;

/** What an epoll of the runtime waits for. */
export interface Interest {
  readonly epoll: number;
  readonly descriptor: number;
  readonly events: number;
  /** By which the runtime knows the socket. */
  readonly data: bigint;
}

/**
 * Stops the runtime from watching sockets that it listens on, so that a new client does not
 * wake this thread: nobody accepts here. Closing them works as before. Does nothing without
 * Linux, or without permission for FFI and /proc: then each client wakes the thread for nothing.
 *
 * @param sockets File descriptors that only this thread has.
 */
export function stopWatching(sockets: readonly number[]): void {
  using library = openLibrary();
  if (library === null || sockets.length === 0) return;
  for (const interest of interestsIn(sockets)) {
    control(library, EPOLL_CTL_MOD, { ...interest, events: 0 });
  }
}

/** Finds where descriptors are watched; nowhere without /proc, or if it is not Linux's. */
export function interestsIn(descriptors: readonly number[]): readonly Interest[] {
  try {
    return [...Deno.readDirSync("/proc/self/fd")]
      .filter(({ name }) => linkOf(name) === EPOLL)
      .flatMap(({ name }) => interestsOf(Number(name)))
      .filter(({ descriptor }) => descriptors.includes(descriptor));
  } catch {
    return [];
  }
}

/** Watches a descriptor as it was watched before it became another socket; false if that fails. */
export function addInterest(library: Library, interest: Interest): boolean {
  return control(library, EPOLL_CTL_ADD, interest);
}

function interestsOf(epoll: number): Interest[] {
  return [...infoOf(epoll).matchAll(INTEREST)].map(([, descriptor, events, data]) => ({
    epoll,
    descriptor: Number(descriptor),
    events: parseInt(events ?? "0", 16),
    data: BigInt(`0x${data}`),
  }));
}

function control(library: Library, operation: number, interest: Interest): boolean {
  const { epoll, descriptor, events, data } = interest;
  const event = new DataView(new ArrayBuffer(DATA + 8));
  event.setUint32(0, events, true);
  event.setBigUint64(DATA, data, true);
  return library.epoll_ctl(epoll, operation, descriptor, new Uint8Array(event.buffer)) === 0;
}
