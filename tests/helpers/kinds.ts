import { safeParse } from "valibot";
import type { Kind } from "../../src/settings/kinds/kind.ts";

/** Reads a value as an option of a kind in the folder /srv; null if the kind refuses it. */
export function readAs<T>(kind: Kind<T>, value: unknown): T | null {
  const result = safeParse(kind.schema, value);
  return result.success ? kind.resolve(result.output, "/srv") : null;
}
