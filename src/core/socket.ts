/** A stream socket, as far as the core uses it. */
export interface Socket extends
  Pick<
    Deno.Conn,
    "localAddr" | "remoteAddr" | "read" | "write" | "closeWrite" | "close"
  > {
  /** Of TCP alone. */
  setNoDelay?(noDelay: boolean): void;
}
