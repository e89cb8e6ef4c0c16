import type { Notice } from "../alert.ts";

/** How notices are posted to a webhook. */
export interface Format {
  readonly name: "json" | "slack" | "alertmanager";
  /** Whether the URL is one of a receiver of this format, without being told so. */
  matches(url: URL): boolean;
  /** Where to post, for the URL that was given. */
  urlOf(url: string): string;
  /**
   * The body: JSON.
   *
   * @param repeat How often an alert is repeated, in milliseconds; 0 for never.
   */
  body(notice: Notice, repeat: number): string;
}
