/** The permissions of the runtime. It asks for those that it was not started with, if it has a terminal. */
import { EXIT, ExitError } from "./exit.ts";

/** Whether a permission is granted; not if the runtime would have to ask for it. */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

/**
 * Makes sure that the runtime grants a permission, without asking anybody.
 *
 * @param action What needs it, as it ends the message "Cannot ...".
 * @throws {ExitError} 77 if it does not.
 */
export function demand(permission: Deno.PermissionDescriptor, action: string): void {
  if (isGranted(permission)) return;
  throw new ExitError(
    `Cannot ${action}: the runtime grants no permission, expected --allow-${permission.name}`,
    EXIT.noPermission,
  );
}
