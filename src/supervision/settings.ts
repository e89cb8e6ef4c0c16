/** What the supervisor is told; times in milliseconds, sizes in bytes, 0 is never or no limit. */
export interface SupervisionSettings {
  /** How long a lane may give no sign of life before it is hung. */
  readonly workerTimeout: number;
  /** Threads that are left behind, at which the server ends. */
  readonly maxHungThreads: number;
  /** How long a lane that is not needed stays idle before it retires. */
  readonly threadIdleTimeout: number;
  /** How long connections of a retiring lane may go on. */
  readonly retireTimeout: number;
  /** How long they have after that to finish. */
  readonly gracefulTimeout: number;
  /** Requests after which a lane is replaced. */
  readonly maxRequests: number;
  /** How much more than that and the greatest age, at random, in percent. */
  readonly maxRequestsJitter: number;
  readonly maxWorkerAge: number;
  readonly maxWorkerMemory: number | null;
}
