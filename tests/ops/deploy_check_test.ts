import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ExitError } from "../../src/base/exit.ts";
import { deploymentText, readServerSettings } from "../../src/cli/check_deployment.ts";
import { checkDeployment, type DeployReport } from "../../src/ops/deploy_check/deploy_check.ts";
import { RULES } from "../../src/ops/deploy_check/rules/registry.ts";
import { settingsWith } from "../helpers/settings.ts";

const FOLDER = fileURLToPath(import.meta.resolve("../deploy"));

async function check(...paths: readonly string[]): Promise<DeployReport> {
  const settings = await settingsWith();
  return await checkDeployment({ paths, settings, readSettings: readServerSettings });
}

/** What a file says of itself in comments, each about the line after it. */
function planted(text: string): readonly { line: number; severity: string; message: string }[] {
  return text.split("\n").flatMap((content, index) => {
    const [, severity = "", message = ""] = /^\s*# (error|warning): (.*)$/.exec(content) ?? [];
    return severity === "" ? [] : [{ line: index + 2, severity, message }];
  });
}

for (const { name } of Deno.readDirSync(`${FOLDER}/planted`)) {
  Deno.test(`check --deploy finds what is planted in ${name}, at its line, and nothing else`, async () => {
    const path = `${FOLDER}/planted/${name}`;
    const expected = planted(await Deno.readTextFile(path));
    assert(expected.length > 0, "nothing is planted");
    const { findings } = await check(path);
    assertEquals(
      findings.map(({ line, severity }) => [line, severity]),
      expected.map(({ line, severity }) => [line, severity]),
      JSON.stringify(findings, null, 1),
    );
    expected.forEach(({ message }, i) => assertStringIncludes(findings[i]?.message ?? "", message));
  });
}

Deno.test("check --deploy finds nothing in good files", async () => {
  const report = await check(`${FOLDER}/good`);
  assertEquals(report.findings, []);
  assertEquals([report.files, report.servers], [7, 8]);
  assertEquals(
    deploymentText(report),
    "Checked the deployment (7 files, 8 servers): nothing to mend\n",
  );
});

Deno.test("check --deploy finds nothing in the files that come with the program", async () => {
  const { findings, servers } = await check(`${FOLDER}/../../deploy`);
  assertEquals([findings, servers], [[], 3]);
});

Deno.test("check --deploy: every rule finds something that is planted", async () => {
  const paths = [...Deno.readDirSync(`${FOLDER}/planted`)].map(({ name }) => name);
  const texts = await Promise.all(
    paths.map((name) => Deno.readTextFile(`${FOLDER}/planted/${name}`)),
  );
  assert(texts.flatMap(planted).length >= RULES.length);
});

Deno.test("check --deploy takes the settings of the command line if no file says that it runs Sluice", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/app.yaml`;
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n" +
    "    - { name: shop, image: shop, resources: { limits: { memory: 1Gi } } }\n";
  await Deno.writeTextFile(path, pod);
  const settings = await settingsWith({ drainDelay: 20_000 });
  const { findings } = await checkDeployment({
    ...{ paths: [path], settings },
    readSettings: () => Promise.reject(new Error("there is nothing to read")),
  });
  assertStringIncludes(findings[0]?.message ?? "", "--drain-delay 20s");
});

Deno.test("check --deploy reads the file of a unit's environment", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/env`, "# Ours\nSLUICE_GRACEFUL_TIMEOUT='2m'\n");
  const unit = "[Service]\nExecStart=/usr/bin/sluice app.js\nEnvironmentFile=-" +
    `${folder.path}/env\n`;
  await Deno.writeTextFile(`${folder.path}/app.service`, unit);
  const { findings } = await check(folder.path);
  assertEquals(findings.length, 1);
  assertStringIncludes(findings[0]?.message ?? "", "TimeoutStopSec is not set, so it is 90s");
});

Deno.test("check --deploy follows no links to folders, and says if it finds no server", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/rules.yaml`, "groups: []\n");
  await Deno.symlink(folder.path, `${folder.path}/all.yaml`);
  await Deno.symlink(folder.path, `${folder.path}/all`);
  const text = deploymentText(await check(folder.path));
  assertStringIncludes(text, "(1 file, 0 servers): found no server in them");
});

Deno.test("check --deploy keeps namespaces apart", async () => {
  await using folder = await temporaryFolder();
  const good = await Deno.readTextFile(`${FOLDER}/good/kubernetes.yaml`);
  for (const namespace of ["a", "b"]) {
    const text = good.replaceAll(/^metadata:\n/gm, `metadata:\n  namespace: ${namespace}\n`);
    const ports = namespace === "a" ? text : text.replaceAll("8000", "8080")
      .replace(
        "SLUICE_HOST\n",
        "SLUICE_PORT\n              value: '8080'\n            - name: SLUICE_HOST\n",
      );
    await Deno.writeTextFile(`${folder.path}/${namespace}.yaml`, ports);
  }
  const { findings, servers } = await check(folder.path);
  assertEquals([findings, servers], [[], 2]);
});

Deno.test("check --deploy tells what is no YAML with its line, and what is a template", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/a.yaml`, "a: 1\nb: [1\n");
  await Deno.writeTextFile(`${folder.path}/b.yaml`, "a: {{ .Values.a }}\n");
  const report = await check(folder.path);
  const [finding] = report.findings;
  assertEquals(report.findings.length, 1);
  assertStringIncludes(finding?.message ?? "", "Not YAML: ");
  assertStringIncludes(deploymentText(report), "1 template not checked");
});

Deno.test("check --deploy refuses paths that have nothing to check, and says what it expects", async () => {
  await using folder = await temporaryFolder();
  const text = `${folder.path}/notes.txt`;
  await Deno.writeTextFile(text, "");
  for (
    const [path, message] of [
      [`${folder.path}/nothing`, "no such file"],
      [folder.path, "found no file to check, expected *.yaml"],
      [text, "its name does not say what it is"],
    ] as const
  ) {
    const error = await assertRejects(() => check(path), ExitError);
    assertStringIncludes(error.message, message);
  }
});

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
