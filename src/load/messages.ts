/** What a program and the process that generates load for it say to each other. */
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import type { NullServerPlan } from "./null_server.ts";

/** The hidden argument that makes this program a load process. */
export const LOAD_ARGUMENT = "--load-of-parent";

/** The one order that the process carries out. */
export type LoadOrder =
  | {
    readonly type: "load";
    readonly plan: LoadPlan;
    /** The percentiles of the latency curve. */
    readonly percentiles: readonly number[];
  }
  | { readonly type: "null-server"; readonly plan: NullServerPlan };

/** What the process reports. */
export type LoadReport =
  | { readonly type: "listening"; readonly port: number }
  | ({ readonly type: "progress" } & LoadProgress)
  | { readonly type: "finished"; readonly result: LoadResult }
  | { readonly type: "failed"; readonly message: string; readonly exitCode: number };
