/** A thread that starts programs, one after another: says so after the first, and at the end, which a message brings. */
interface Scope {
  postMessage(message: "started" | "ended"): void;
  onmessage: (() => void) | null;
}

const scope = globalThis as unknown as Scope;
const pipes = { stdin: "null", stdout: "null", stderr: "null" } as const;
let isOver = false;
scope.onmessage = () => isOver = true;
await new Deno.Command("true", pipes).output();
scope.postMessage("started");
while (!isOver) await new Deno.Command("true", pipes).output();
scope.postMessage("ended");
