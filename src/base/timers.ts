import { FairClock } from "./clock.ts";

/**
 * Timers for lanes. In a thread, the runtime's own timers would load part of its
 * Node library, 1.5 MB per thread. `Atomics.waitAsync` with a timeout loads nothing,
 * but does not keep the event loop alive: a thread has a message port for that, the
 * main thread does not.
 */
const IS_THREAD = "DedicatedWorkerGlobalScope" in globalThis;

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { load, notify, store, waitAsync } = Atomics;
// Not in a thread, which would load them.
const { clearInterval, clearTimeout, setInterval, setTimeout } = IS_THREAD
  ? {} as typeof globalThis
  : globalThis;

/**
 * How many turns of the event loop, at least, a program needs to receive what arrived
 * while something blocked the loop; measured: never more than 2 for 100 sources.
 */
const INPUT_TURNS = 4;
/** The runtime receives from 128 sources per turn, and from fewer if it has other work. */
const SOURCES_PER_TURN = 64;
/** Not more turns than this. */
const MOST_TURNS = 40;

/** The longest step of the clock of {@linkcode laterAfterInput}, in milliseconds. */
const LONGEST_STEP = 500;

/** Waits for a number of milliseconds, at least 1. */
export async function sleep(milliseconds: number): Promise<void> {
  if (IS_THREAD) await wait(new Int32Array(new SharedArrayBuffer(4)), milliseconds);
  else await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Calls a function once, after a number of milliseconds.
 *
 * @returns A function that stops the timer.
 */
export function later(milliseconds: number, act: () => void): () => void {
  if (IS_THREAD) {
    const stop = repeat(milliseconds, () => {
      stop();
      act();
      return milliseconds;
    });
    return stop;
  }
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}

/**
 * Calls a function at an interval, in milliseconds.
 *
 * @returns A function that stops the timer.
 */
export function every(milliseconds: number, act: () => void): () => void {
  if (IS_THREAD) {
    return repeat(milliseconds, () => {
      act();
      return milliseconds;
    });
  }
  const timer = setInterval(act, milliseconds);
  return () => clearInterval(timer);
}

/** What {@linkcode everyAfterInput} calls. */
export interface InputWait {
  /** The number of sockets and other sources that input may come from. */
  sources(): number;
  /** Called whenever the timer has fired, before anything else; `pause` is for how long it was set. */
  woke?(pause: number): void;
  /** Called at the interval. */
  begin?(): void;
  /** Called after it, once the program has received all that had arrived when `begin` was called. */
  act(): void;
}

/**
 * Like {@linkcode every}, but calls a function once the program has received what
 * had arrived by then. When something has blocked the event loop, timers come before
 * reads: a function that judges who is silent would judge too early.
 *
 * @returns A function that stops the timer.
 */
export function everyAfterInput(
  milliseconds: number,
  { sources, woke, begin, act }: InputWait,
): () => void {
  let turns = 0;
  let pause = milliseconds;
  const next = () => {
    woke?.(pause);
    return pause = step();
  };
  /** Returns the next pause. */
  const step = () => {
    if (turns === 0) {
      begin?.();
      turns = turnsFor(sources());
    } else turns--;
    if (turns > 0) return 1;
    act();
    return milliseconds;
  };
  return IS_THREAD ? repeat(milliseconds, next) : repeatInMain(milliseconds, next);
}

/** How many turns of the event loop it takes to receive from so many sources. */
function turnsFor(sources: number): number {
  if (sources === 0) return 0;
  return Math.min(MOST_TURNS, INPUT_TURNS + Math.floor(sources / SOURCES_PER_TURN));
}

/**
 * Like {@linkcode later}, for a deadline: the time does not go on while something blocks the
 * event loop, and the program has received what had arrived when it is up.
 *
 * @returns A function that stops the timer.
 */
export function laterAfterInput(milliseconds: number, act: () => void): () => void {
  const clock = new FairClock();
  const end = clock.now + milliseconds;
  let pause = Math.min(milliseconds, LONGEST_STEP);
  let turns = INPUT_TURNS;
  const stop = (IS_THREAD ? repeat : repeatInMain)(pause, () => {
    clock.step(pause);
    const rest = end - clock.now;
    if (rest > 0) return pause = Math.min(rest, LONGEST_STEP);
    if (--turns > 0) return pause = 1;
    stop();
    act();
    return pause;
  });
  return stop;
}

function repeatInMain(first: number, next: () => number): () => void {
  let isStopped = false;
  const run = () => {
    let pause = first;
    try {
      pause = next();
    } finally {
      // One exception must not end what keeps watch over all connections.
      if (!isStopped) timer = setTimeout(run, pause);
    }
  };
  let timer = setTimeout(run, first);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/**
 * Calls a function again and again, each time after the pause that the last call
 * returned, or the first one if that threw.
 */
function repeat(first: number, next: () => number): () => void {
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  void (async () => {
    for (let pause = first;;) {
      await wait(stopped, pause);
      if (load(stopped, 0) !== 0) return;
      try {
        pause = next();
      } catch (error) {
        pause = first;
        // Reports it as uncaught.
        void Promise.reject(error);
      }
    }
  })();
  return () => {
    store(stopped, 0, 1);
    notify(stopped, 0);
  };
}

/** Waits until a word is no longer 0, or the time is up. */
async function wait(word: Int32Array, milliseconds: number): Promise<void> {
  await waitAsync(word, 0, 0, Math.max(1, milliseconds)).value;
}
