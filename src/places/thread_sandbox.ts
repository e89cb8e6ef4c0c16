import { entryUrl } from "../base/program.ts";
import { fileUrl } from "../services/handler/handler_file.ts";

/**
 * Whether the kernel must deny files, since the runtime does not: the module loader of a
 * compiled program ignores permissions.
 */
export const NEEDS_LOCK = Deno.build.standalone;

const LOCK = entryUrl("thread_lock_entry");

/** The permissions of a sandboxed handler: little but the network. */
export const SANDBOX: Deno.PermissionOptionsObject = {
  // Read by the WebSocket library; they hold nothing secret.
  env: ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"],
  // For the lock, which revokes it before the handler runs.
  ffi: NEEDS_LOCK,
  import: false,
  net: "inherit",
  read: false,
  run: false,
  sys: false,
  write: false,
};

/**
 * Closes gaps in the permissions, from inside the thread and before the handler
 * loads: what the runtime lets any code do, whatever its permissions.
 */
export async function closeSandbox(): Promise<void> {
  const [{ default: process }, { Worker: NodeWorker }] = await Promise.all([
    import("node:process"),
    import("node:worker_threads"),
  ]);
  // Signals to the own process, which all threads share. The function `kill` that
  // node:process exports cannot be replaced, but calls `process._kill`.
  const refuseSignal = () => refuse("send a signal");
  Object.assign(process, { kill: refuseSignal, _kill: refuseSignal });
  Deno.kill = refuseSignal;
  // Shared by all threads as well; older runtimes ask for no permission.
  Deno.umask = () => refuse("set the umask");
  // A thread of its own would have none of these restrictions.
  for (const constructor of [Worker, NodeWorker]) forbid(constructor, "start a thread");
  // Caches are files.
  Reflect.deleteProperty(globalThis, "caches");
}

/** The specifier of a module with the handler's default export. */
export function handlerModule(path: string, isSandboxed: boolean): string {
  if (!isSandboxed || !NEEDS_LOCK) return fileUrl(path);
  // Modules run in the order of their imports, once all of them are loaded.
  const source = `import ${JSON.stringify(LOCK)};` +
    `import * as handler from ${JSON.stringify(fileUrl(path))};` +
    `export default handler.default;`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Makes a class impossible to construct, for whoever holds a reference to it. */
function forbid(constructor: object, action: string): void {
  // `super()` calls whatever is the prototype of the class at that time.
  const base = function (): never {
    return refuse(action);
  };
  Object.setPrototypeOf(constructor, base);
  Object.preventExtensions(constructor);
}

function refuse(action: string): never {
  throw new Deno.errors.NotCapable(`Cannot ${action}: the handler is sandboxed`);
}
