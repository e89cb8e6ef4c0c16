import { managedCommand } from "../managed_command.ts";

/** `sluice restart`. */
export const restart = managedCommand("restart", "Restart a service that install has made");
