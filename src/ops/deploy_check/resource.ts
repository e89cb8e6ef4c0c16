import type { Tree } from "./tree.ts";

/** A resource of Kubernetes. */
export interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly tree: Tree;
}
