/** What passes between a program that wants load and the process that generates it. */
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import type { MirrorPlan } from "./mirror.ts";

/** The argument that makes this program a generator of load; for nobody to type. */
export const LOAD_ARGUMENT = "--load-of-parent";

/** What the process is to do, once. */
export type LoadOrder =
  | {
    readonly type: "load";
    readonly plan: LoadPlan;
    /** Those of the curve of latencies. */
    readonly percentiles: readonly number[];
  }
  | { readonly type: "mirror"; readonly plan: MirrorPlan };

/** What it says. */
export type LoadReport =
  | { readonly type: "listening"; readonly port: number }
  | ({ readonly type: "progress" } & LoadProgress)
  | { readonly type: "finished"; readonly result: LoadResult }
  | { readonly type: "failed"; readonly message: string; readonly exitCode: number };
