import type { AlertSettings } from "./alert_settings.ts";

/** What tells operators what is wrong, as the server sees it: on the main thread, or in its own. */
export interface AlertWatch extends AsyncDisposable {
  /** Takes the bounds of new settings; destinations and the spool stay. */
  update(settings: AlertSettings): void;
  /** Something has changed that must be known at once, such as that the server stops. */
  refresh(): void;
  /** Tells that the server cannot go on. */
  serverFailed(error: Error): void;
}
