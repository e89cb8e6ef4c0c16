/** The manifests under deploy/kubernetes/: valid by the schemas of Kubernetes, and true to each other. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import { METRIC_FAMILIES } from "../../src/ops/metrics/registry.ts";
import { runMain } from "../helpers/server.ts";
import { findTool, runTool } from "../helpers/tools.ts";
import { type Manifest, problemsOf } from "./validate.ts";

const FOLDER = fileURLToPath(import.meta.resolve("../../deploy/kubernetes"));
/** What is for other programs than the API of Kubernetes. */
const OTHERS = ["kustomization.yaml", "prometheus-adapter.yaml"];

/** All manifests by their paths below the folder. */
const MANIFESTS = new Map<string, Manifest>();
for (const folder of ["base", "monitoring", "example"]) {
  for (const { name } of Deno.readDirSync(`${FOLDER}/${folder}`)) {
    if (OTHERS.includes(name)) continue;
    MANIFESTS.set(`${folder}/${name}`, parse(Deno.readTextFileSync(`${FOLDER}/${folder}/${name}`)));
  }
}

/** A copy of a manifest, to look at or to spoil. */
function manifest(name: string): Manifest {
  const found = MANIFESTS.get(name);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return structuredClone(found);
}

const deployment = manifest("base/deployment.yaml");
const pod = deployment["spec"].template;
const [container] = pod.spec.containers;
const options = manifest("base/configmap.yaml")["data"]["sluice.toml"] as string;
const autoscaler = manifest("base/horizontalpodautoscaler.yaml");

Deno.test("deploy: every manifest is valid, and has a kustomization that lists it", () => {
  assert(MANIFESTS.size >= 10, `there are ${MANIFESTS.size}`);
  for (const [name, one] of MANIFESTS) assertEquals(problemsOf(one), [], name);
  for (const folder of ["base", "monitoring", "example"]) {
    const { apiVersion, kind, namespace, images, resources, ...unknown } = parse(
      Deno.readTextFileSync(`${FOLDER}/${folder}/kustomization.yaml`),
    );
    assertEquals([apiVersion, kind], ["kustomize.config.k8s.io/v1beta1", "Kustomization"]);
    assertEquals(unknown, {});
    if (folder === "example") {
      assertEquals(namespace, manifest("example/namespace.yaml").metadata.name);
      assertEquals(images[0].name, container.image);
    }
    for (const path of resources) Deno.statSync(`${FOLDER}/${folder}/${path}`);
    const own = (resources as string[]).filter((one) => one.endsWith(".yaml"));
    const there = [...MANIFESTS.keys()].filter((name) => name.startsWith(`${folder}/`));
    assertEquals(own.map((one) => `${folder}/${one}`).sort(), there.sort());
  }
});

const MISTAKES: readonly (readonly [
  file: string,
  spoil: (manifest: Manifest) => void,
  problem: string,
])[] = [
  ["base/deployment.yaml", ({ spec }) => {
    spec.template.spec.containers[0].readinesProbe = {};
  }, "unknown field /spec/template/spec/containers/0/readinesProbe"],
  ["base/deployment.yaml", ({ spec }) => delete spec.selector, "required property selector"],
  ["base/deployment.yaml", ({ spec }) => {
    spec.template.spec.terminationGracePeriodSeconds = "45s";
  }, "/terminationGracePeriodSeconds must be integer"],
  ["base/service.yaml", ({ spec }) => spec.ports[0].port = "http", "/spec/ports/0/port must be"],
  [
    "base/headless-service.yaml",
    ({ spec }) => spec.selectors = {},
    "unknown field /spec/selectors",
  ],
  ["base/horizontalpodautoscaler.yaml", ({ spec }) => {
    spec.metrics[0].pods.metrics = spec.metrics[0].pods.metric;
    delete spec.metrics[0].pods.metric;
  }, "required property metric"],
  ["base/poddisruptionbudget.yaml", ({ spec }) => {
    spec.unhealthyPodEvictionPolicy = "Always";
  }, "/spec/unhealthyPodEvictionPolicy must be equal to one of"],
  ["base/networkpolicy.yaml", ({ spec }) => spec.ingres = [], "unknown field /spec/ingres"],
  ["base/configmap.yaml", ({ data }) => data.workers = 2, "/data/workers must be string"],
  ["monitoring/podmonitor.yaml", ({ spec }) => {
    spec.podMetricsEndpoints[0].intervall = "15s";
  }, "unknown field /spec/podMetricsEndpoints/0/intervall"],
];

for (const [file, spoil, problem] of MISTAKES) {
  Deno.test(`deploy: a mistake in ${file} is found: ${problem}`, () => {
    const spoilt = manifest(file);
    spoil(spoilt);
    const problems = problemsOf(spoilt).join("\n");
    assert(problems.includes(problem), problems);
  });
}

Deno.test("deploy: the autoscaler and its adapter name a metric that exists, and the Deployment", () => {
  const [{ pods }] = autoscaler["spec"].metrics;
  const { name } = pods.metric;
  const metrics = METRIC_FAMILIES.flatMap(({ metrics }) => metrics);
  assertEquals(metrics.find((one) => one.name === name)?.type, "gauge", name);
  const adapter = parse(Deno.readTextFileSync(`${FOLDER}/monitoring/prometheus-adapter.yaml`));
  assert(adapter.rules.custom[0].seriesQuery.startsWith(`${name}{`), adapter);
  assertEquals(autoscaler["spec"].scaleTargetRef.name, deployment.metadata.name);
  assertEquals("replicas" in deployment["spec"], false);
  assert(autoscaler["spec"].minReplicas < autoscaler["spec"].maxReplicas);
});

Deno.test("deploy: everything selects the pods, and names ports and volumes that they have", () => {
  const { labels } = pod.metadata;
  const spec = (name: string) => manifest(name)["spec"];
  const selectors = [
    deployment["spec"].selector.matchLabels,
    spec("base/service.yaml").selector,
    spec("base/headless-service.yaml").selector,
    spec("base/poddisruptionbudget.yaml").selector.matchLabels,
    spec("base/networkpolicy.yaml").podSelector.matchLabels,
    spec("monitoring/podmonitor.yaml").selector.matchLabels,
  ];
  for (const selector of selectors) assertEquals(selector, labels);
  const ports = container.ports.map(({ name }: { name: string }) => name);
  const named = [
    spec("base/service.yaml").ports[0].targetPort,
    spec("base/headless-service.yaml").ports[0].targetPort,
    ...spec("base/networkpolicy.yaml").ingress.map((
      { ports }: { ports: { port: string }[] },
    ) => ports[0]?.port),
    spec("monitoring/podmonitor.yaml").podMetricsEndpoints[0].port,
    container.startupProbe.httpGet.port,
    container.livenessProbe.httpGet.port,
    container.readinessProbe.httpGet.port,
  ];
  for (const port of named) assert(ports.includes(port), port);
  for (const name of ["base/service.yaml", "base/headless-service.yaml"]) {
    assertEquals(spec(name).ports[0].targetPort, "http", name);
  }
  assertEquals(spec("monitoring/podmonitor.yaml").podMetricsEndpoints[0].path, "/metrics");
  assertEquals(
    container.volumeMounts.map(({ name }: { name: string }) => name),
    pod.spec.volumes.map(({ name }: { name: string }) => name),
  );
});

Deno.test("deploy: the server accepts the options of the ConfigMap, and its times fit the pod", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/token`, "0123456789abcdef");
    const path = `${folder}/sluice.toml`;
    await Deno.writeTextFile(path, options.replace("/etc/sluice/admin/token", `${folder}/token`));
    const { code, stderr } = await runMain(["check", "--config", path]);
    assertEquals([code, stderr], [0, ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const seconds = (name: string) =>
    Number(new RegExp(`^${name} = "(\\d+)s"$`, "m").exec(options)?.[1]);
  const [delay, grace] = [seconds("drain-delay"), seconds("graceful-timeout")];
  const { periodSeconds, failureThreshold, timeoutSeconds } = container.readinessProbe;
  assert(periodSeconds * failureThreshold + timeoutSeconds < delay);
  assert(delay + grace + 5 <= pod.spec.terminationGracePeriodSeconds);
  for (const { name, containerPort } of container.ports) {
    assert(
      options.includes(name === "http" ? `port = ${containerPort}\n` : `:${containerPort}"\n`),
    );
  }
});

/** Whether there is a kubectl that takes folders as resources: since 1.21. */
function hasKubectl(): boolean {
  if (findTool("kubectl") === null) return false;
  const args = ["version", "--client", "--output", "json"];
  const { stdout } = new Deno.Command("kubectl", { args, stderr: "null" }).outputSync();
  const { major, minor } = JSON.parse(new TextDecoder().decode(stdout)).clientVersion;
  return Number(major) > 1 || parseInt(minor) >= 21;
}

Deno.test({
  name: "deploy: kubectl makes valid manifests of the example",
  // Debian's is too old, so it is not required.
  ignore: !hasKubectl(),
  async fn() {
    const { code, stdout, stderr } = await runTool("kubectl", ["kustomize", `${FOLDER}/example`]);
    assertEquals(code, 0, stderr);
    const made = parseAllDocuments(stdout).map((one) => one.toJS() as Manifest);
    assertEquals(made.length, MANIFESTS.size);
    for (const one of made) {
      assertEquals(problemsOf(one), [], one.kind);
      if (one.kind === "Deployment") {
        assert(stdout.includes("image: registry.example.org/sluice:0.1.0"), stdout);
      }
    }
  },
});
