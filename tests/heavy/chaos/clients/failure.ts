/**
 * What went wrong for a client:
 *
 * - `refused`: the connection was not made
 * - `lost`: closed before any byte of the answer
 * - `cut`: closed in the middle of an answer
 * - `status`: an answer with an unexpected status
 * - `wrong`: an answer that is malformed, or not what was asked for
 * - `slow`: no answer within the patience of the client
 */
export type FailureKind = "refused" | "lost" | "cut" | "status" | "wrong" | "slow";

/** An exchange that did not go well. */
export class Failure extends Error {
  readonly kind: FailureKind;
  /** The status of the answer, if it has one. */
  readonly status: number | null;

  constructor(kind: FailureKind, message: string, status: number | null = null) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}
