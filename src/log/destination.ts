/** Where the lines of a log go: a file, standard output, a pipe. */
export interface Destination {
  /** As named in messages: "the log file x.log". */
  readonly name: string;
  /**
   * Writes as many of the bytes as the system takes at once, at least one.
   *
   * @returns The number of bytes written.
   * @throws {Error} The system's error; the caller may try again.
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** The same, synchronously; for a terminal. */
  writeNow?(bytes: Uint8Array<ArrayBuffer>): number;
  /**
   * Makes a write in progress fail if it could last forever and the path leads
   * elsewhere by now; called before {@linkcode reopen}.
   */
  interrupt?(): Promise<void>;
  /** Closes it and opens its path again. If that fails, the next write retries. */
  reopen(): Promise<void>;
  /** Releases it; nothing is written afterwards. */
  close(): void;
}
