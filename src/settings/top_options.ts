/** The options of `sluice top`, and those by which other commands reach an admin port. */
import type { Address } from "../base/address.ts";
import { type FlagsOf, loadFlags } from "./flags.ts";
import * as kinds from "./kinds.ts";
import { option, type ValuesOf } from "./option.ts";

/** Where commands look for an admin port unless they are told. */
export const USUAL_ADMIN: Address = { transport: "tcp", hostname: "127.0.0.1", port: 9900 };

/** The most refreshes that can be asked for. */
const MOST = 1_000_000_000;

const TOKEN_FILE = option(kinds.path(), {
  default: null,
  unset: "none",
  group: "Admin",
  help: "File with the token that the admin port demands",
});

/** Every option of the command, by its key. */
export const TOP_OPTIONS = {
  admin: option(kinds.address(), {
    default: USUAL_ADMIN,
    group: "Admin",
    help: "Address of the admin port of the server, as in its own --admin",
  }),
  adminTokenFile: TOKEN_FILE,
  interval: option(kinds.duration(100), {
    default: 1000,
    group: "Report",
    help: "Time between two refreshes",
  }),
  count: option(kinds.integer(1, MOST), {
    default: null,
    unset: "until it is ended",
    group: "Report",
    help: "How many refreshes to show",
  }),
};

const REACH_OPTIONS = {
  admin: option(kinds.address(), {
    default: null,
    unset: "none",
    group: "Admin",
    help: "Address of the admin port of a server",
  }),
  adminTokenFile: TOKEN_FILE,
};

/** The final, validated values of the options. */
export type TopSettings = ValuesOf<typeof TOP_OPTIONS>;

/** How to reach an admin port. */
export interface AdminReach {
  readonly admin: Address;
  /** The absolute path of the file with the token; null if the port demands none. */
  readonly adminTokenFile: string | null;
}

/**
 * Turns flags into settings, which are frozen.
 *
 * @param flags The values of the flags, unchecked.
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong.
 */
export function readTopSettings(flags: FlagsOf<typeof TOP_OPTIONS>, cwd: string): TopSettings {
  return loadFlags(TOP_OPTIONS, flags, cwd);
}

/**
 * Reads how to reach an admin port from `--admin` and `--admin-token-file`; null without the first.
 *
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong.
 */
export function readAdminReach(
  { admin, adminTokenFile }: FlagsOf<typeof REACH_OPTIONS>,
  cwd: string,
): AdminReach | null {
  const given = {
    ...admin === undefined ? {} : { admin },
    ...adminTokenFile === undefined ? {} : { adminTokenFile },
  };
  const found = loadFlags(REACH_OPTIONS, given, cwd);
  return found.admin === null ? null : { ...found, admin: found.admin };
}
