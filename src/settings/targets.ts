/** Settings from the arguments that are not options: what to serve. */
import { EXIT } from "../base/exit.ts";
import { type Found, quote, RANK } from "./found.ts";

/** The arguments by the option that each of them sets. */
export type Targets = Readonly<Partial<Record<"handler" | "root", string>>>;

/**
 * Finds the options that arguments set, as their flags would.
 *
 * @param folder The absolute folder that relative paths start from.
 */
export function readTargets(
  targets: Targets,
  folder: string,
): Map<keyof Targets, Found<keyof Targets>> {
  return new Map(
    Object.entries(targets).map(([name, value]): [keyof Targets, Found<keyof Targets>] => {
      const key = name as keyof Targets;
      return [key, {
        key,
        value,
        name: `the argument ${quote(value)}`,
        where: "",
        folder,
        source: { from: "argument", detail: value },
        rank: RANK.flag,
        exitCode: EXIT.usage,
      }];
    }),
  );
}
