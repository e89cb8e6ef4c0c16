/** The options of what operators see of a running server, a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** Every option of the group "Admin". */
export const ADMIN_OPTIONS = {
  admin: option(kinds.address(), {
    default: null,
    unset: "none",
    group: "Admin",
    help: "Address of the admin port, such as 127.0.0.1:9900 or unix:/run/sluice-admin.sock: " +
      "health, status, metrics, a dashboard, and commands",
  }),
  adminTokenFile: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Admin",
    help: "File with the token that clients of the admin port must send; required unless --admin " +
      "is on loopback or a Unix socket",
  }),
  saturationWait: option(kinds.duration(), {
    default: 5000,
    group: "Admin",
    help: "How long clients that connect wait for their first byte in a server that is " +
      "saturated; 0 leaves the wait out of the saturation",
  }),
};
