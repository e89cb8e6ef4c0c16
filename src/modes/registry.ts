import { async } from "./async.ts";
import { forked } from "./forked.ts";
import type { Mode } from "./mode.ts";
import { pooled } from "./pooled.ts";
import { single } from "./single.ts";
import { threaded } from "./threaded.ts";

/** Every mode, by its name for `--mode`. */
export const MODES: Readonly<Record<string, Mode>> = { single, async, threaded, pooled, forked };
