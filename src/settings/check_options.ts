/** The option of `sluice check` that is no setting of a server. */
import { type FlagsOf, loadFlags } from "./flags.ts";
import { paths } from "./kinds/lists.ts";
import { option } from "./option.ts";

/** Every option that `check` has besides the settings. */
export const CHECK_OPTIONS = {
  deploy: option(paths(), {
    default: [],
    unset: "none",
    inFile: false,
    group: "Check",
    help:
      "With check: file or folder of a deployment to compare with the settings: manifests of Kubernetes, " +
      "a compose file, a systemd unit, a Dockerfile; can be repeated",
  }),
};

/**
 * The paths of `--deploy`, as written.
 *
 * @param folder The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if one is wrong.
 */
export function readDeployPaths(
  flags: FlagsOf<typeof CHECK_OPTIONS>,
  folder: string,
): readonly string[] {
  loadFlags(CHECK_OPTIONS, flags, folder);
  return [...new Set(flags.deploy)];
}
