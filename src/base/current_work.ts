/** Which request or connection the running code works for, to name it in what a handler prints. */
import type { AsyncLocalStorage } from "node:async_hooks";

/** A request, or a connection of a service without requests. */
export interface Work {
  /** Absent for a connection. */
  readonly kind?: "request";
  readonly id: string;
}

/** Returns the work that has begun and not ended. */
export type OpenWork = () => Iterable<Work>;

/** What the code that runs without having waited works for. */
let current: Work | null = null;
/** Follows work across `await`; null until {@linkcode followWork} is called. */
let storage: AsyncLocalStorage<Work> | null = null;
let isFollowing = false;
/** Work that nobody follows, because it began before. */
const unfollowed = new Set<Work>();
const opens = new Set<OpenWork>();

/** Calls a function that works for a request or a connection. */
export function workFor<W extends Work, R>(work: W, act: (work: W) => R): R {
  if (storage !== null) return storage.run(work, act, work);
  const before = current;
  current = work;
  try {
    return act(work);
  } finally {
    current = before;
  }
}

/** What the calling code works for; null if nothing is known. */
export function currentWork(): Work | null {
  return storage?.getStore() ?? current ?? onlyUnfollowed();
}

/**
 * Follows all work that begins from now on across `await`, timers and callbacks. Called
 * once somebody wants to know, and not before: the runtime takes half a microsecond for
 * it with each request, and 2 MB in each thread.
 */
export function followWork(): void {
  if (isFollowing) return;
  isFollowing = true;
  for (const open of opens) for (const work of open()) unfollowed.add(work);
  import("node:async_hooks").then(
    ({ AsyncLocalStorage }) => storage = new AsyncLocalStorage(),
    () => {}, // A handler has broken the runtime's library.
  );
}

/** Tells which work is open, until disposed of; for work that begins before it is followed. */
export function tellOpenWork(open: OpenWork): Disposable {
  opens.add(open);
  return { [Symbol.dispose]: () => void opens.delete(open) };
}

/** The one request that began before it could be followed, or else the one connection. */
function onlyUnfollowed(): Work | null {
  if (unfollowed.size === 0) return null;
  const stillOpen = new Set([...opens].flatMap((open) => [...open()]));
  for (const work of unfollowed) if (!stillOpen.has(work)) unfollowed.delete(work);
  const all = [...unfollowed];
  const requests = all.filter(({ kind }) => kind === "request");
  const [only, ...others] = requests.length > 0 ? requests : all;
  return only === undefined || others.length > 0 ? null : only;
}
