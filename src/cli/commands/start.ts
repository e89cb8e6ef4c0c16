import { managedCommand } from "../managed_command.ts";

/** `sluice start`. */
export const start = managedCommand("start", "Start a service that install has made");
