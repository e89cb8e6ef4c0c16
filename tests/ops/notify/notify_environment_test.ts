import { assertEquals } from "@std/assert";
import { takeNotifyEnvironment } from "../../../src/ops/notify/notify_environment.ts";

/** Takes what a manager says; what is left, and the warnings. */
function take(values: Readonly<Record<string, string>>, isRespawned = false) {
  const environment = new Map(Object.entries(values));
  const warnings: string[] = [];
  const taken = takeNotifyEnvironment(
    isRespawned,
    (message) => warnings.push(message),
    environment as never,
  );
  return { taken, left: [...environment.keys()], warnings };
}

const SOCKET = { NOTIFY_SOCKET: "/run/notify" };

Deno.test("takeNotifyEnvironment reads what the service manager says, and leaves nothing to children", () => {
  const { taken, left } = take({
    ...SOCKET,
    WATCHDOG_USEC: "1500000",
    WATCHDOG_PID: String(Deno.pid),
  });
  assertEquals(taken, { socket: "/run/notify", watchdog: 1500, isOtherThanStarted: false });
  assertEquals(left, []);
  assertEquals(take({ WATCHDOG_USEC: "1500000" }).taken, null);
  assertEquals(take({ NOTIFY_SOCKET: "" }).taken, null);
});

Deno.test("takeNotifyEnvironment takes what is meant for the parent of --respawn as meant for its child", () => {
  const parent = String(Deno.ppid);
  const values = {
    ...SOCKET,
    WATCHDOG_USEC: "1000000",
    WATCHDOG_PID: parent,
    SYSTEMD_EXEC_PID: parent,
  };
  assertEquals(take(values, true).taken, {
    socket: "/run/notify",
    watchdog: 1000,
    isOtherThanStarted: false,
  });
  assertEquals(take(values).taken, {
    socket: "/run/notify",
    watchdog: null,
    isOtherThanStarted: true,
  });
});

Deno.test("takeNotifyEnvironment warns of a watchdog that is no time", () => {
  const { taken, warnings } = take({ ...SOCKET, WATCHDOG_USEC: "soon" });
  assertEquals(taken?.watchdog, null);
  assertEquals(warnings, [
    'Cannot keep the watchdog of the service manager: WATCHDOG_USEC is "soon", expected a number of microseconds',
  ]);
});
