/** A `--dependency` in the status, as plain data under the names of the status file. */
export interface DependencyStatus {
  readonly name: string;
  /** Its URL, without a password. */
  readonly url: string;
  /** Whether the server is not ready without it. */
  readonly required: boolean;
  /** `unknown` until the first probe has ended. */
  readonly state: "unknown" | "up" | "down";
  /** Why it is not up; null if it is, or not known. */
  readonly reason: string | null;
  /** Since when, in UTC (RFC 3339). */
  readonly since: string;
  /** How long the last probe took, in milliseconds; null before the first one. */
  readonly duration_ms: number | null;
  /** Until when the certificate of its server is good, in UTC (RFC 3339); null without TLS, or if not known. */
  readonly certificate_ends: string | null;
}
