import type { Format } from "./format.ts";

/** The colours of the bar beside a message. */
const COLOURS = { critical: "#d32f2f", warning: "#f9a825", info: "#1976d2" } as const;
const RESOLVED = "#2e7d32";

/** A message for Slack and what understands the same, such as Mattermost. */
export const slack: Format = {
  name: "slack",
  matches: ({ hostname }) => hostname === "hooks.slack.com",
  urlOf: (url) => url,
  body({ alert, server }) {
    const { severity, state, summary, labels, first, count } = alert;
    const what = state === "resolved" ? "Resolved" : capitalized(severity);
    const facts = [
      ...Object.entries(labels).map(([name, value]) => `${name}: ${value}`),
      `since ${first}`,
      ...count > 1 ? [`${count} times`] : [],
      `${server.service} on ${server.host}`,
    ];
    return JSON.stringify({
      text: escaped(`${what}: ${summary}`),
      attachments: [{
        color: state === "resolved" ? RESOLVED : COLOURS[severity],
        fallback: escaped(summary),
        text: escaped(facts.join(" · ")),
      }],
    });
  },
};

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Slack takes these for the beginnings of links and mentions. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
