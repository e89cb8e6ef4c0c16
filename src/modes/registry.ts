import { async } from "./async.ts";
import type { Mode } from "./mode.ts";
import { single } from "./single.ts";

/** Every mode by the name that `--mode` takes. */
export const MODES: Readonly<Record<string, Mode>> = { single, async };
