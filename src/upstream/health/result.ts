/** What a check of a backend has found. */
export type CheckResult =
  | { readonly kind: "ok" }
  | { readonly kind: "failed"; readonly reason: string }
  /** It serves the clients that it has, and asks for no others. */
  | { readonly kind: "drain"; readonly reason: string };

/** The result of a check that found all as expected. */
export const OK: CheckResult = { kind: "ok" };

/** The result of a check that failed. */
export function failed(reason: string): CheckResult {
  return { kind: "failed", reason };
}
