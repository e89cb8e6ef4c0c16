/** What a disturbance is. */
import type { Chance } from "../chance.ts";
import type { Subject } from "../server/subject.ts";

/** Something that happens to a server under load. */
export interface Disturbance {
  readonly name: string;
  readonly about: string;
  /** Whether it can happen to this server. */
  fits(subject: Subject): boolean;
  /** Resolves when it is over, and what it has changed is as before. */
  run(subject: Subject, chance: Chance): Promise<void>;
}

/** Every server. */
export const ALWAYS = () => true;

/** Servers whose lanes are threads. */
export function hasThreads({ setup: { mode } }: Subject): boolean {
  return mode === "threaded" || mode === "pooled";
}

/** Servers whose lanes are processes. */
export function hasProcesses({ setup: { mode } }: Subject): boolean {
  return mode === "forked";
}

/** Servers whose lanes are not on the main thread. */
export function hasLanesApart(subject: Subject): boolean {
  return hasThreads(subject) || hasProcesses(subject);
}
