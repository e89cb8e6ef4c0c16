/** The files under deploy/: dashboards and rules name metrics that exist, and do what they say. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { METRIC_FAMILIES } from "../src/ops/metrics/registry.ts";
import { runTool, testWith } from "./helpers/tools.ts";

const FOLDER = fileURLToPath(import.meta.resolve("../deploy"));
const METRICS = METRIC_FAMILIES.flatMap(({ metrics }) => metrics);
/** What Prometheus adds to each sample, and what a histogram has in its buckets. */
const OTHER_LABELS = ["job", "instance", "le"];

const dashboard = Deno.readTextFileSync(`${FOLDER}/grafana/sluice.json`);
const rules = Deno.readTextFileSync(`${FOLDER}/prometheus/alerts.yml`);
const monitoring = Deno.readTextFileSync(`${FOLDER}/../docs/monitoring.md`);
const ruleTests = Deno.readTextFileSync(`${FOLDER}/prometheus/alerts_test.yml`);

/** The names of all series that a server can have, with the labels of each. */
const SERIES = new Map(METRICS.flatMap(({ name, type, labels }) => {
  const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  return suffixes.map((suffix) => [`${name}${suffix}`, labels] as const);
}));

/** All expressions of a dashboard. */
function* expressionsOf(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === "expr" && typeof part === "string") yield part;
    else yield* expressionsOf(part);
  }
}

const EXPRESSIONS = [...expressionsOf(JSON.parse(dashboard))];

for (const [name, text] of Object.entries({ dashboard, rules, "tests of the rules": ruleTests })) {
  Deno.test(`deploy: every metric that the ${name} name exists, with the labels they select`, () => {
    const plain = text.replaceAll('\\"', '"');
    const found = [...plain.matchAll(/\b((?:sluice|process)_[a-z_]+)\b(?:\{([^{}]*)\})?/g)];
    assert(found.length > 20, `there are ${found.length}`);
    for (const [, metric = "", selectors = ""] of found) {
      const labels = SERIES.get(metric);
      if (labels === undefined) throw new Error(`${metric} does not exist`);
      for (const [, label = ""] of selectors.matchAll(/(\w+)(?:=|!=|=~|!~)"/g)) {
        assert([...labels, ...OTHER_LABELS].includes(label), `${metric} has no label ${label}`);
      }
    }
  });
}

Deno.test("deploy: the dashboard shows every metric", () => {
  const all = EXPRESSIONS.join("\n");
  for (const { name } of METRICS) assertStringIncludes(all, name);
});

Deno.test("deploy: every alert has a severity and a summary, is documented, and tested to fire and to stay quiet", () => {
  const alerts = rules.split("- alert: ").slice(1).map((text) => [text.split("\n")[0], text]);
  assert(alerts.length >= 15, `there are ${alerts.length}`);
  for (const [name = "", text = ""] of alerts) {
    assert(/\n {10}severity: (warning|critical)\n/.test(text), name);
    assert(/\n {10}summary: /.test(text), name);
    assertStringIncludes(monitoring, `| \`${name}\` `);
    assertStringIncludes(ruleTests, `name: ${name} fires\n`);
    assertStringIncludes(ruleTests, `name: ${name} stays quiet\n`);
  }
  for (const test of ruleTests.split("- name: ").slice(1)) {
    const [, alert, isQuiet] = /^(\w+) (?:fires|(stays quiet))\n/.exec(test) ?? [];
    assertStringIncludes(test, `alertname: ${alert}\n`);
    assertEquals(test.includes("exp_alerts: []"), isQuiet !== undefined, alert);
  }
});

for (
  const args of [
    ["check", "rules", "alerts.yml"],
    ["test", "rules", "alerts_test.yml"],
    ["check", "config", "prometheus.yml"],
  ]
) {
  testWith("promtool", `deploy: promtool ${args.join(" ")}`, async () => {
    const path = `${FOLDER}/prometheus/${args.pop()}`;
    const { code, stdout, stderr } = await runTool("promtool", [...args, path]);
    assertEquals(code, 0, stdout + stderr);
  });
}

testWith("promtool", "deploy: every expression of the dashboard is PromQL", async () => {
  assert(EXPRESSIONS.length > 50, `there are ${EXPRESSIONS.length}`);
  const path = await Deno.makeTempFile({ suffix: ".yml" });
  const recorded = EXPRESSIONS.map((expression, i) => ({
    record: `expression:${i}`,
    expr: expression.replaceAll("$__rate_interval", "5m"),
  }));
  // JSON is YAML.
  await Deno.writeTextFile(path, JSON.stringify({ groups: [{ name: "all", rules: recorded }] }));
  const { code, stdout, stderr } = await runTool("promtool", ["check", "rules", path]);
  await Deno.remove(path);
  assertEquals(code, 0, stdout + stderr);
});
