/** What the settings say about when to alert. */
import type { AlertSettings } from "./alert_settings.ts";

/** The bounds of the rules. Times are in milliseconds. */
export interface Bounds {
  /** The share of responses with status 5xx, from 0 to 1; 0 for none. */
  readonly errorRatio: number;
  /** Null for none. */
  readonly p99: number | null;
  /** From 0 to 1; 0 for none. */
  readonly saturation: number;
  /** How long before the end of a certificate to tell; 0 for never. */
  readonly certificate: number;
  /** How long a bound must be broken. */
  readonly holdFor: number;
  /** How long a problem must be gone. */
  readonly clear: number;
  /** How often an alert is repeated; 0 for never. */
  readonly repeat: number;
}

/** The bounds in the settings. */
export function boundsOf(settings: AlertSettings): Bounds {
  return {
    errorRatio: settings.alertErrorRatio / 100,
    p99: settings.alertP99,
    saturation: settings.alertSaturation / 100,
    certificate: settings.alertCertificate,
    holdFor: settings.alertFor,
    clear: settings.alertClear,
    repeat: settings.alertRepeat,
  };
}
