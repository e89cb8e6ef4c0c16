/** The settings of supervision. Times are in milliseconds, sizes in bytes; 0 means never, or no limit. */
export interface SupervisionSettings {
  /** How long a lane may take to be ready. */
  readonly startTimeout: number;
  /** How long a ready lane may go without a heartbeat before it counts as hung. */
  readonly workerTimeout: number;
  /** The number of hung threads at which the server stops, and of stuck ones at which it starts no more. */
  readonly maxHungThreads: number;
  /** How long a surplus lane stays idle before it retires. */
  readonly threadIdleTimeout: number;
  /** How long connections of a retiring lane may continue before it is shut down. */
  readonly retireTimeout: number;
  /** The deadline of a drain. */
  readonly gracefulTimeout: number;
  /** Requests after which a lane is recycled. */
  readonly maxRequests: number;
  /** The most by which `maxRequests` and `maxWorkerAge` are raised at random, in percent. */
  readonly maxRequestsJitter: number;
  readonly maxWorkerAge: number;
  /** Null is no limit of the user. */
  readonly maxWorkerMemory: number | null;
  /** The limit without one of the user: a lane's share in the memory of the container; null is none. */
  readonly memoryShare: number | null;
}
