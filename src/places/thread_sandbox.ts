/** The permissions of a sandboxed handler: little but the network. */
export const SANDBOX: Deno.PermissionOptionsObject = {
  // Read by the WebSocket library; they hold nothing secret.
  env: ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"],
  ffi: false,
  import: false,
  net: "inherit",
  read: false,
  run: false,
  sys: false,
  write: false,
};

/**
 * Closes a gap in the permissions, from inside the thread: the runtime lets any
 * code send signals to its own process, which all threads share.
 */
export async function closeSandbox(): Promise<void> {
  const { default: process } = await import("node:process");
  const refuse = (): never => {
    throw new Deno.errors.NotCapable("Cannot send a signal: the handler is sandboxed");
  };
  Deno.kill = refuse;
  process.kill = refuse;
}
