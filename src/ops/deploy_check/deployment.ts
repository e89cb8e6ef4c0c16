/** A deployment as the rules see it, whatever its files are made of. */
import type { Settings } from "../../settings/options.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { Spot } from "./finding.ts";
import type { Pod } from "./pod.ts";
import type { Resource } from "./resource.ts";
import type { Unit } from "./unit.ts";

/** A number that a file gives, or a default that holds because it does not. */
export interface Limit {
  /** As the file names it: `terminationGracePeriodSeconds`. */
  readonly name: string;
  readonly value: number;
  readonly isDefault: boolean;
  readonly spot: Spot;
}

/** What a server may write to. */
export interface Writable {
  /** What forbids the rest: `readOnlyRootFilesystem`. */
  readonly reason: string;
  /** Folders, absolute. */
  readonly folders: readonly string[];
}

/** How the command is started, as far as signals are concerned. */
export interface Start {
  /** Whether a shell is between: it does not pass signals on. */
  readonly isShell: boolean;
  readonly spot: Spot;
}

/** The signal that asks it to stop; null for TERM. */
export interface StopSignal {
  readonly name: string;
  readonly spot: Spot;
}

/** A server that a file says to run. */
export interface DeployedServer {
  /** As messages name it: `container "web" of Deployment "shop"`. */
  readonly what: string;
  readonly spot: Spot;
  readonly settings: Settings;
  /** Seconds from the wish to stop until it is killed. */
  readonly stopLimit: Limit | null;
  /** Bytes; null if nothing limits them. */
  readonly memory: Limit | null;
  /** Processors; null if nothing limits them. */
  readonly processors: Limit | null;
  /** Null if it may write everywhere. */
  readonly writable: Writable | null;
  readonly start: Start | null;
  readonly stopSignal: StopSignal | null;
  /** Whether something lets it run with any memory; an image alone does not say. */
  readonly hasLimits: boolean;
  readonly pod: Pod | null;
  readonly unit: Unit | null;
}

/** All that the files say. */
export interface Deployment {
  readonly servers: readonly DeployedServer[];
  readonly resources: readonly Resource[];
  readonly dockerfiles: readonly Dockerfile[];
}
