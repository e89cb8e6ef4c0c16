/** What operators are told by itself, as plain data: as it is kept in the spool and sent as JSON. */

/** How bad it is: `critical` needs somebody now, `warning` today, `info` nobody. */
export type Severity = "critical" | "warning" | "info";

/** Something that is wrong at the moment, as a rule finds it. */
export interface Condition {
  /** What is wrong with what: the same as long as it is the same problem. */
  readonly key: string;
  readonly severity: Severity;
  /** One sentence without a full stop. */
  readonly summary: string;
  /** What it is about, such as the group and the address of a backend. */
  readonly labels: Readonly<Record<string, string>>;
  /** How often it has happened since the server started; absent for what lasts. */
  readonly events?: {
    readonly now: number;
    /** Before what makes it a problem now. */
    readonly before: number;
  };
}

/** A problem, from when it began to when it was over. Times are in UTC (RFC 3339). */
export interface Alert {
  readonly key: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly state: "firing" | "resolved";
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
  /** When it began, and when this was told: of a resolution, when it was found to be over. */
  readonly first: string;
  readonly last: string;
  /** How often it has happened meanwhile. */
  readonly count: number;
}

/** An alert on its way, with the server that sends it. */
export interface Notice {
  /** Unique, the same in each try to deliver it. */
  readonly id: string;
  readonly alert: Alert;
  readonly server: NoticeServer;
}

/** The server that an alert is about. */
export interface NoticeServer {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** The name of the service, or the path of the handler. */
  readonly service: string;
}
