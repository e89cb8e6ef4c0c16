/** A server under measurement: its process, where it listens, and what it costs. */
export interface Target extends AsyncDisposable {
  readonly port: number;
  /** CPU time that the process has used so far, in microseconds: all threads, user and system. */
  cpu(): number;
  /** Resident memory, in bytes. */
  memory(): number;
}

/** USER_HZ, the unit of `/proc/PID/stat`: 100 on every Linux that Deno runs on. */
const MICROSECONDS_PER_TICK = 10_000;
const PORT = /port\D{1,3}(\d+)/;

/**
 * Starts a server and waits until it says its port.
 *
 * @param command The program and its arguments; it must print `port` and the number on its first line.
 */
export async function startTarget(command: readonly string[]): Promise<Target> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot start ${command.join(" ")}: it ended after "${said}"`);
    said += value;
  }
  const port = Number(PORT.exec(said)?.[1]);
  if (!port) throw new Error(`Cannot find a port in "${said.trim()}"`);
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  return {
    port,
    cpu: () => {
      const stat = Deno.readTextFileSync(`/proc/${child.pid}/stat`);
      // The name of the program stands in parentheses and may have spaces; count from behind it.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
    },
    memory: () => {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
      await drained;
    },
  };
}
