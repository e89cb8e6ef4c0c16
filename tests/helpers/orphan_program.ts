/**
 * A parent that dies once its child has an alarm without a limit. The child prints the seconds
 * until the alarm as soon as it rings at all.
 */
import { every } from "../../src/base/timers.ts";
import { startOrphanAlarm } from "../../src/places/process_alarm.ts";

const READY = "ready\n";

if (Deno.args[0] === "child") {
  startOrphanAlarm(() => 0, 0);
  const { symbols } = Deno.dlopen("libc.so.6", {
    alarm: { parameters: ["u32"], result: "u32" },
  });
  Deno.stdout.writeSync(new TextEncoder().encode(READY));
  every(10, () => {
    const seconds = symbols.alarm(0);
    if (seconds === 0) return;
    Deno.stderr.writeSync(new TextEncoder().encode(`${seconds}\n`));
    Deno.exit();
  });
} else {
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename ?? "", "child"],
    stdout: "piped",
  }).spawn();
  await stdout.getReader().read();
  Deno.kill(Deno.pid, "SIGKILL");
}
