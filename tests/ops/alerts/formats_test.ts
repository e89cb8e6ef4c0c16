import { assertEquals } from "@std/assert";
import { formatFor } from "../../../src/ops/alerts/formats/registry.ts";
import { sampleNotice } from "../../helpers/alerts.ts";

function body(name: "json" | "slack" | "alertmanager", given = {}, repeat = 3_600_000): unknown {
  return JSON.parse(formatFor(name, "http://a.test").body(sampleNotice("1", given), repeat));
}

Deno.test("formatFor() chooses by the URL, unless a format is named", () => {
  const cases = [
    ["https://hooks.slack.com/services/T/B/X", "slack"],
    ["http://127.0.0.1:9093/api/v2/alerts", "alertmanager"],
    ["http://127.0.0.1:9093/", "json"],
  ];
  for (const [url = "", name] of cases) assertEquals(formatFor("auto", url).name, name);
  assertEquals(formatFor("slack", "http://127.0.0.1/api/v2/alerts").name, "slack");
});

Deno.test("json is the notice as it is", () => {
  assertEquals(body("json"), sampleNotice());
});

Deno.test("slack is a text and an attachment, with what Slack would take for a link escaped", () => {
  const facts = "group: app · backend: 10.0.0.1:80 · since 2026-11-21T12:00:00.000Z";
  assertEquals(body("slack", { count: 3 }), {
    text: "Warning: Backend 10.0.0.1:80 of app is down: &lt;no &amp; answer&gt;",
    attachments: [{
      color: "#f9a825",
      fallback: "Backend 10.0.0.1:80 of app is down: &lt;no &amp; answer&gt;",
      text: `${facts} · 3 times · http on web1`,
    }],
  });
  assertEquals(body("slack", { state: "resolved", summary: "The backend is back" }), {
    text: "Resolved: The backend is back",
    attachments: [{
      color: "#2e7d32",
      fallback: "The backend is back",
      text: `${facts} · http on web1`,
    }],
  });
});

Deno.test("alertmanager has the same labels when it is resolved, and lasts beyond the next repetition", () => {
  const labels = {
    alertname: "backend_down",
    severity: "warning",
    key: "backend_down:app/10.0.0.1:80",
    instance: "web1",
    service: "http",
    group: "app",
    backend: "10.0.0.1:80",
  };
  const startsAt = "2026-11-21T12:00:00.000Z";
  assertEquals(body("alertmanager"), [{
    labels,
    annotations: { summary: "Backend 10.0.0.1:80 of app is down: <no & answer>", count: "1" },
    startsAt,
    endsAt: "2026-11-21T14:01:00.000Z",
  }]);
  assertEquals(body("alertmanager", { state: "resolved", summary: "It is back" }, 0), [{
    labels,
    annotations: { summary: "It is back", count: "1" },
    startsAt,
    endsAt: "2026-11-21T12:01:00.000Z",
  }]);
});

Deno.test("alertmanager posts to its API if the URL has no path", () => {
  const urlOf = (url: string) => formatFor("alertmanager", url).urlOf(url);
  assertEquals(urlOf("http://127.0.0.1:9093"), "http://127.0.0.1:9093/api/v2/alerts");
  assertEquals(urlOf("http://a.test/am/api/v2/alerts"), "http://a.test/am/api/v2/alerts");
});
