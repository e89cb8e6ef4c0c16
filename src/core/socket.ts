/** The addresses of both ends of a connection. */
export interface Ends {
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
}

/** A stream socket, as far as the core uses it. */
export interface Socket extends Ends, Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close"> {
  /** Of TCP alone. */
  setNoDelay?(noDelay: boolean): void;
}
