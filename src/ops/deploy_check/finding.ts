/** What is wrong with a deployment, and where. */

/** A place in a file. */
export interface Spot {
  /** As the user named it, or within the folder that they named. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** One mistake. */
export interface Finding extends Spot {
  /** An error costs requests, or takes the server down; a warning may be meant. */
  readonly severity: "error" | "warning";
  /** What was found, what fits, and what to change. */
  readonly message: string;
}

/** Makes a finding that must be mended. */
export function error({ file, line }: Spot, message: string): Finding {
  return { file, line, severity: "error", message };
}

/** Makes a finding that may be meant. */
export function warning({ file, line }: Spot, message: string): Finding {
  return { file, line, severity: "warning", message };
}
