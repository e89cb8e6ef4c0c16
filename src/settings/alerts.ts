/** What the options of alerts ask of a server. */
import type { OptionSettings } from "./options.ts";

/** Whether operators are told of anything. */
export function hasAlerts(
  { alertWebhook, alertCommand }: Pick<OptionSettings, "alertWebhook" | "alertCommand">,
): boolean {
  return alertWebhook.length > 0 || alertCommand !== null;
}

/** Whether an alert needs the statuses of responses or the durations of requests. */
export function alertsMeasureRequests(settings: OptionSettings): boolean {
  return hasAlerts(settings) && (settings.alertErrorRatio > 0 || settings.alertP99 !== null);
}
