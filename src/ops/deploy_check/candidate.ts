/** What files say to run, before it is known whether that is Sluice, and with which settings. */
import type { DeployedServer } from "./deployment.ts";
import type { Spot } from "./finding.ts";

/** What a server is started with. */
export interface ServerStart {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The absolute folder that relative paths start from. */
  readonly cwd: string;
  /** The text of a file that it would see; null if the deployment does not have it. */
  file(path: string): string | null;
}

/** A process that a file says to run. */
export interface Candidate {
  /** As messages name it. */
  readonly what: string;
  readonly spot: Spot;
  /** Whether its command or its image is Sluice. */
  readonly isSluice: boolean;
  /** Null if the files do not tell: then it has the settings of the command line. */
  readonly start: ServerStart | null;
  /** Everything else about it, except its settings. */
  readonly server: Omit<DeployedServer, "settings">;
}

/** Keeps the variables that are settings; null if there are neither arguments nor any of those. */
export function startOf(
  args: readonly string[] | null,
  environment: Readonly<Record<string, string>>,
  rest: Pick<ServerStart, "cwd" | "file">,
): ServerStart | null {
  const own = Object.fromEntries(
    Object.entries(environment).filter(([name]) =>
      name.startsWith("SLUICE_") || name === "PORT" || name === "WEB_CONCURRENCY"
    ),
  );
  const isEmpty = (args ?? []).length === 0 && Object.keys(own).length === 0;
  return isEmpty ? null : { args: args ?? [], environment: own, ...rest };
}
