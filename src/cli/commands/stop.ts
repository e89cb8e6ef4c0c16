import { managedCommand } from "../managed_command.ts";

/** `sluice stop`. */
export const stop = managedCommand("stop", "Drain and stop a service that install has made");
