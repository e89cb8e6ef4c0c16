import { formatDuration } from "../../../settings/units.ts";
import { error, warning } from "../finding.ts";
import { parseSeconds } from "../quantities.ts";
import type { Rule } from "./rule.ts";

/** The watchdog of systemd must be fed from the right moment on, and not be too impatient. */
export const watchdog: Rule = function* ({ servers }) {
  for (const { what, unit, settings: { workerTimeout } } of servers) {
    const given = unit?.get("WatchdogSec") ?? null;
    if (unit === null || given === null) continue;
    const seconds = parseSeconds(given.value) ?? 0;
    if (seconds === 0) continue;
    const type = unit.get("Type");
    if (type === null || !type.value.startsWith("notify")) {
      yield error(
        type?.spot ?? given.spot,
        `The ${what} has WatchdogSec=${given.value}, but Type=${type?.value ?? "simple"}: the ` +
          "watchdog runs before the server is ready, and nobody waits for that; set Type=notify",
      );
    }
    if (unit.get("NotifyAccess")?.value === "none") {
      yield error(
        unit.get("NotifyAccess")?.spot ?? given.spot,
        `The ${what} has WatchdogSec=${given.value}, but NotifyAccess=none: nobody may feed the ` +
          "watchdog; set NotifyAccess=main",
      );
    }
    if (workerTimeout === 0 || seconds * 1000 >= workerTimeout) continue;
    yield warning(
      given.spot,
      `WatchdogSec is ${given.value}, less than --worker-timeout ` +
        `${formatDuration(workerTimeout)}: a hung worker lets systemd restart the whole ${what} ` +
        `before it is replaced; set WatchdogSec to ${Math.ceil(workerTimeout / 1000)} or more`,
    );
  }
};
