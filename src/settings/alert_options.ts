/** The options of what the server tells operators by itself, a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** Every option of the group "Alerts". */
export const ALERT_OPTIONS = {
  alertWebhook: option(kinds.urls(), {
    default: [],
    unset: "none",
    secret: true,
    group: "Alerts",
    help: "URL that alerts are posted to, such as https://alerts.internal/hook; can be repeated",
  }),
  alertFormat: option(kinds.choice("auto", "json", "slack", "alertmanager"), {
    default: "auto",
    group: "Alerts",
    help:
      "What is posted to --alert-webhook; auto is slack for hooks.slack.com, alertmanager for " +
      "a path /api/v2/alerts, otherwise json",
  }),
  alertCommand: option(kinds.text(), {
    default: null,
    unset: "none",
    group: "Alerts",
    help: "Program to run for each alert, without a shell and with arguments after spaces; gets " +
      "the alert as JSON on standard input and in SLUICE_ALERT_* variables",
  }),
  alertSpool: option(kinds.path(), {
    default: null,
    unset: "in --state-dir, or memory",
    group: "Alerts",
    help: "File that keeps alerts until they are delivered, across restarts",
  }),
  alertErrorRatio: option(kinds.percent(), {
    default: 5,
    group: "Alerts",
    help: "Share of responses with status 5xx within --alert-for above which an alert is sent; 0 " +
      "means never",
  }),
  alertP99: option(kinds.duration(1), {
    default: null,
    unset: "never",
    group: "Alerts",
    help: "Duration that at most one of a hundred requests within --alert-for may exceed before " +
      "an alert is sent",
  }),
  alertSaturation: option(kinds.percent(), {
    default: 95,
    group: "Alerts",
    help: "Saturation above which, for --alert-for, an alert is sent; 0 means never",
  }),
  alertCertificate: option(kinds.duration(), {
    default: 14 * 86_400_000,
    group: "Alerts",
    help: "How long before the end of the certificate of a --dependency by https an alert is " +
      "sent; 0 means never",
  }),
  alertFor: option(kinds.duration(1000), {
    default: 60_000,
    group: "Alerts",
    help: "How long a bound must be broken before an alert is sent",
  }),
  alertClear: option(kinds.duration(), {
    default: 15_000,
    group: "Alerts",
    help: "How long a problem must be gone before its alert is resolved",
  }),
  alertRepeat: option(kinds.duration(), {
    default: 4 * 3_600_000,
    group: "Alerts",
    help: "How often an alert is sent again until it is resolved; 0 means never",
  }),
  dependency: option(kinds.dependencies(), {
    default: [],
    unset: "none",
    secret: true,
    group: "Alerts",
    help: "What the service needs behind it: a name and a URL of tcp, http, https, redis or " +
      "postgres, such as db=postgres://app@10.0.0.5/app, and then, each after a comma, required " +
      "(not ready without it), interval=2s, timeout=2s; can be repeated",
  }),
};
