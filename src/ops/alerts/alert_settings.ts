import type { Settings } from "../../settings/options.ts";

/** The settings of alerts: plain data, for the thread that sends them. */
export type AlertSettings = Pick<
  Settings,
  | "alertWebhook"
  | "alertFormat"
  | "alertCommand"
  | "alertSpool"
  | "stateDir"
  | "alertErrorRatio"
  | "alertP99"
  | "alertSaturation"
  | "alertCertificate"
  | "alertFor"
  | "alertClear"
  | "alertRepeat"
  | "handler"
  | "service"
>;

/** These settings alone: other ones of a server cannot all be sent to a thread. */
export function alertSettingsOf(settings: AlertSettings): AlertSettings {
  return {
    alertWebhook: settings.alertWebhook,
    alertFormat: settings.alertFormat,
    alertCommand: settings.alertCommand,
    alertSpool: settings.alertSpool,
    stateDir: settings.stateDir,
    alertErrorRatio: settings.alertErrorRatio,
    alertP99: settings.alertP99,
    alertSaturation: settings.alertSaturation,
    alertCertificate: settings.alertCertificate,
    alertFor: settings.alertFor,
    alertClear: settings.alertClear,
    alertRepeat: settings.alertRepeat,
    handler: settings.handler,
    service: settings.service,
  };
}
