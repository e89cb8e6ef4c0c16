/** The files under deploy/docker/: valid by the syntax of Dockerfiles and the schema of compose files. */
import { assert, assertEquals } from "@std/assert";
import { DCLinter } from "dclint";
import { validate } from "dockerfile-utils";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import config from "../../deno.json" with { type: "json" };
import { freePort } from "../helpers/free_port.ts";
import { runMain } from "../helpers/server.ts";
import { runTool, testWith } from "../helpers/tools.ts";

const FOLDER = fileURLToPath(import.meta.resolve("../../deploy/docker"));

const dockerfile = Deno.readTextFileSync(`${FOLDER}/Dockerfile`);
const compose = Deno.readTextFileSync(`${FOLDER}/compose.yaml`);

const LINTER = new DCLinter({
  // An image that is built here has a name all the same.
  rules: { "no-build-and-image": 0 },
  quiet: true,
  debug: false,
  exclude: [],
});

/** What is wrong in a compose file, by the schema of the Compose Specification and in itself. */
async function composeProblems(text: string): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/compose.yaml`, text);
    const results = LINTER.lintFiles([`${folder}/compose.yaml`], false);
    return results.flatMap(({ messages }) => messages)
      .filter(({ type }) => type === "error")
      .map(({ rule, message }) => `${rule}: ${message}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function dockerfileProblems(text: string): readonly string[] {
  return validate(text).map(({ message }) => String(message));
}

Deno.test("deploy: the Dockerfile is valid, and mistakes in it are found", () => {
  assertEquals(dockerfileProblems(dockerfile), []);
  const mistakes = [
    ["STOPSIGNAL SIGTERM", "STOPSIGNL SIGTERM", "Unknown instruction: STOPSIGNL"],
    ["--interval=10s", "--intervall=10s", "Unknown flag: intervall"],
    ["USER 65532:65532", "USER", "Instruction has no arguments"],
    ["STOPSIGNAL SIGTERM", "STOPSIGNAL TERMINATE", "Invalid signal: TERMINATE"],
  ] as const;
  for (const [right, wrong, problem] of mistakes) {
    assertEquals(dockerfileProblems(dockerfile.replace(right, wrong)), [problem]);
  }
});

Deno.test("deploy: the image runs without a shell, not as root, with a probe, and from the same runtime", () => {
  assert(/^USER 65532:65532$/m.test(dockerfile));
  for (const instruction of ["ENTRYPOINT", "CMD", "RUN", "VOLUME"]) {
    const found = dockerfile.matchAll(new RegExp(`^ *${instruction} (.*)$`, "gm"));
    for (const [, form = ""] of found) assert(form.startsWith("["), `${instruction} ${form}`);
  }
  assert(dockerfile.includes('CMD ["/usr/local/bin/sluice", "probe", '));
  assert(dockerfile.includes(`FROM denoland/deno:${Deno.version.deno} `), Deno.version.deno);
  const ignored = Deno.readTextFileSync(`${FOLDER}/../../.dockerignore`);
  for (const [, path = ""] of dockerfile.matchAll(/^COPY (?:--chown=\S+ )?(d\S+?)\/? /gm)) {
    assert(ignored.includes(`!${path}\n`), path);
  }
});

Deno.test("deploy: the server accepts the options of the image and of the compose file", async () => {
  const { command } = parse(compose).services.sluice;
  const args = ["check", "--config", `${FOLDER}/sluice.toml`, ...command];
  const { code, stdout, stderr } = await runMain(args);
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.includes("in forked mode on 0.0.0.0:8000"), stdout);
});

Deno.test("deploy: the health check of the image is a command that the program knows", async () => {
  const [, words = ""] = /HEALTHCHECK .*\\\n *CMD (\[.*\])/.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(words);
  const { code, stderr } = await runMain([...args, "--admin", `127.0.0.1:${freePort()}`]);
  // Nobody answers.
  assertEquals(code, 1, stderr);
});

Deno.test("deploy: the compose file is valid, and mistakes in it are found", async () => {
  assertEquals(await composeProblems(compose), []);
  const mistakes = [
    ["stop_grace_period:", "stop_grace_time:"],
    ["pids_limit: 512", "pids_limit: [512]"],
    ["cap_drop: [ALL]", "cap_drop: { ALL: true }"],
    ["secrets: [admin-token]", "secrets: 7"],
  ] as const;
  for (const [right, wrong] of mistakes) {
    const problems = await composeProblems(compose.replace(right, wrong));
    assert(problems.some((one) => one.startsWith("invalid-schema: ")), wrong);
  }
});

Deno.test("deploy: the compose file mounts files that exist, gives time to drain, and is the version's", () => {
  const { services, secrets, volumes: named } = parse(compose);
  for (const { volumes } of Object.values<{ volumes: string[] }>(services)) {
    for (const volume of volumes) {
      const [source = ""] = volume.split(":");
      if (source.startsWith(".")) assert(Deno.statSync(`${FOLDER}/${source}`).isFile, source);
      else assert(source in named, source);
    }
  }
  assertEquals(secrets["admin-token"], { file: "./admin-token" });
  const { image, command, stop_grace_period: patience } = services.sluice;
  assertEquals(image, `sluice:${config.version}`);
  const seconds = (name: string) => parseInt(command[command.indexOf(name) + 1]);
  assert(seconds("--drain-delay") + seconds("--graceful-timeout") + 5 <= parseInt(patience));
});

testWith("promtool", "deploy: promtool checks the configuration of the compose file", async () => {
  const args = ["check", "config", "--syntax-only", `${FOLDER}/prometheus.yml`];
  const { code, stdout, stderr } = await runTool("promtool", args);
  assertEquals(code, 0, stdout + stderr);
});
