/** How a server is started. It stays in the foreground, and says nothing of single requests. */
export interface Launch {
  readonly command: readonly [program: string, ...args: string[]];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}
