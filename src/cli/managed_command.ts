/** What the commands that call a service manager on an installed service have in common. */
import { type Command, OWN_ACTIONS } from "./commands/command.ts";
import { MANAGED } from "./service_help.ts";

/** What such a command tells the manager to do, and its own name. */
type Verb = "start" | "stop" | "restart";

/**
 * Makes a command of one verb.
 *
 * @param help One line without a full stop.
 */
export function managedCommand(verb: Verb, help: string): Command {
  return {
    name: verb,
    help,
    argument: { name: "[name]", count: "optional", values: [] },
    options: {},
    actions: OWN_ACTIONS,
    rest: null,
    manual: {
      ...MANAGED,
      examples: [
        ["", "The only one, or sluice"],
        ["web", "The one that was installed by --name web"],
      ],
    },
    async run({ argument }) {
      const { runManager } = await import("./service_command.ts");
      return await runManager(verb, argument, (manager, name) => manager[verb](name));
    },
  };
}
