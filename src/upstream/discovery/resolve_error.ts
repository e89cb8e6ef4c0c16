/** A name could not be resolved; the message says why, as it ends "Cannot resolve a.test: ...". */
export class ResolveError extends Error {
  override readonly name = "ResolveError";
}
