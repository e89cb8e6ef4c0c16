/** What the commands for services of the machine have in common in their help. */
import { EXIT } from "../base/exit.ts";
import type { Manual } from "./commands/command.ts";

/** What the commands that call a service manager say of themselves, but for examples. */
export const MANAGED: Omit<Manual, "examples"> = {
  tables: {},
  values: "Without a name, it is the only one that is installed, or sluice.",
  exitCodes: [
    [String(EXIT.ok), "Done"],
    [String(EXIT.usage), "The command line is wrong"],
    [String(EXIT.noInput), "Sluice has not installed a service of that name"],
    [String(EXIT.unavailable), "The service manager's command is not there"],
    ["others", "Those of the service manager's command"],
  ],
};

/** The exit codes of the commands that install. */
export const INSTALL_CODES: Manual["exitCodes"] = [
  [String(EXIT.ok), "Done, or shown"],
  [String(EXIT.usage), "The command line is wrong"],
  [String(EXIT.noInput), "A file, or the service, does not exist"],
  [String(EXIT.unavailable), "No service manager is there, or its command failed"],
  [String(EXIT.cannotCreate), "A file cannot be written, or another service has the name"],
  [String(EXIT.noPermission), "Not root, or the service's user may not read what it needs"],
  [String(EXIT.config), "The settings, the handler or the user is wrong"],
];

/** How values of the commands are written that take the options of the server, too. */
export const WITH_SERVER_OPTIONS =
  "All options of the server can be given, see sluice --help; those of the environment and the " +
  "path of the configuration file are taken along.";
