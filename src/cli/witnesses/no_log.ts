import { remoteLogger } from "../../log/remote_logger.ts";

/** Takes the records of a server whose log cannot be opened, and drops them. */
export const NO_LOG = remoteLogger(
  { level: "error", isText: true, isColoured: false, columns: null },
  () => {},
);
