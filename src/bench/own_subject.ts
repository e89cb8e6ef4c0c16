import type { BenchOptions } from "./report.ts";

/** What a user measures instead of a built-in workload. */
export type OwnSubject = Pick<BenchOptions, "handler" | "root">;

/** The flags that make a server serve it, each with its value; none for a built-in workload. */
export function ownFlags({ handler, root }: OwnSubject): readonly string[] {
  return [
    ...handler === null ? [] : ["--handler", handler],
    ...root === null ? [] : ["--root", root],
  ];
}

/** Whether there is one. */
export function hasOwn(options: OwnSubject): boolean {
  return ownFlags(options).length > 0;
}
