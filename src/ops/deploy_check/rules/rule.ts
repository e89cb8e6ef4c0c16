import type { Deployment } from "../deployment.ts";
import type { Finding } from "../finding.ts";

/** Finds one kind of mistake in a deployment. */
export type Rule = (deployment: Deployment) => Iterable<Finding>;
