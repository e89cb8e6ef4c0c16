/** The steps of an installation: what is shown, and what is done. */
import { type Address, formatAddress } from "../../base/address.ts";
import type { CommandWords } from "./managers/manager.ts";
import type { ServiceFile } from "./service.ts";
import { shellLine } from "../../base/shell_words.ts";

/** Who owns a folder. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One step. Paths are those within the root. */
export type Step =
  | { readonly kind: "folder"; readonly path: string; readonly owner: Owner | null }
  | { readonly kind: "file"; readonly file: ServiceFile; readonly isNew: boolean }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "keep"; readonly path: string; readonly as: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "purge"; readonly path: string }
  /** Removes a folder if it is empty. */
  | { readonly kind: "tidy"; readonly path: string }
  | { readonly kind: "run"; readonly command: CommandWords; readonly mayFail: boolean }
  /** Waits until the service accepts connections, so many milliseconds at most. */
  | { readonly kind: "await"; readonly addresses: readonly Address[]; readonly limit: number };

/** A step in one line, in the imperative. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "folder":
      return `Make the folder ${step.path}`;
    case "file":
      return `${step.isNew ? "Write" : "Rewrite"} ${step.file.path}`;
    case "link":
      return `Link ${step.path} to ${step.target}`;
    case "keep":
      return `Keep ${step.path}, which was edited, as ${step.as}`;
    case "remove":
      return `Remove ${step.path}`;
    case "purge":
      return `Remove ${step.path} and all that is in it`;
    case "tidy":
      return `Remove the folder ${step.path}, if it is empty`;
    case "run":
      return `Run ${shellLine(step.command)}`;
    case "await":
      return `Wait until it serves on ${step.addresses.map(formatAddress).join(", ")}`;
  }
}
