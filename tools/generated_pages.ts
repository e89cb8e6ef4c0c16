import { misbehaviourPage } from "./misbehaviour_docs.ts";
import { withMetrics } from "./metric_docs.ts";
import { optionsPage, withFirstOptions } from "./option_docs.ts";

/** A file of the documentation, by its path from the project's root, and how to update it. */
export interface GeneratedPage {
  readonly path: string;
  /** @param text The current content; empty if the file does not exist. */
  update(text: string): string;
}

/** All files that are generated at least in part. */
export const GENERATED_PAGES: readonly GeneratedPage[] = [
  { path: "docs/options.md", update: optionsPage },
  { path: "README.md", update: withFirstOptions },
  { path: "docs/monitoring.md", update: withMetrics },
  { path: "docs/misbehaving-handlers.md", update: misbehaviourPage },
];
