/** `sluice check --deploy`: compares what the files of a deployment say with the settings. */
import { ExitError } from "../../base/exit.ts";
import type { Settings } from "../../settings/options.ts";
import type { Candidate, ServerStart } from "./candidate.ts";
import { isCompose, servicesOf } from "./compose.ts";
import type { DeployedServer, Deployment } from "./deployment.ts";
import type { Resource } from "./resource.ts";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";
import { type DeployFile, readDeployFiles } from "./files.ts";
import { error, type Finding } from "./finding.ts";
import { processOfImage } from "./image.ts";
import { atHome, containersOf, isResource, resourcesIn } from "./kubernetes.ts";
import { RULES } from "./rules/registry.ts";
import { processOf } from "./systemd.ts";
import { parseTrees, type Tree, YamlProblem } from "./tree.ts";

/** What a check needs besides the files. */
export interface DeployCheck {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** The settings of the command line, for servers whose files do not tell theirs. */
  readonly settings: Settings;
  /**
   * Reads the settings of a server that the files start.
   *
   * @throws {ExitError} If they are wrong.
   */
  readSettings(start: ServerStart): Promise<Settings>;
}

/** The result of a check. */
export interface DeployReport {
  /** By file and line. */
  readonly findings: readonly Finding[];
  /** How many files were read, and how many servers they start. */
  readonly files: number;
  readonly servers: number;
  /** How many files are templates, of which only the output can be checked. */
  readonly templates: number;
}

/** A line of a template of Helm: what begins with it would be no YAML, or another value. */
const TEMPLATE = /^\s*(?:- )?(?:[\w./-]+: )?\{\{/m;

/**
 * Checks a deployment.
 *
 * @throws {ExitError} If a file cannot be read.
 */
export async function checkDeployment(check: DeployCheck): Promise<DeployReport> {
  const files = await readDeployFiles(check.paths);
  const { candidates, findings, resources, dockerfiles, templates } = read(files);
  const servers: DeployedServer[] = [];
  for (const candidate of chosen(candidates)) {
    const settings = await settingsOf(candidate, check, findings);
    if (settings !== null) servers.push({ ...candidate.server, settings });
  }
  const parts = byNamespace({ servers, resources, dockerfiles });
  const all = [
    ...findings,
    ...parts.flatMap((part) => RULES.flatMap((rule) => [...rule(part)])),
  ];
  const byPlace = all.sort((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
  );
  return { findings: byPlace, files: files.length, servers: servers.length, templates };
}

/** A part for each namespace: selectors and names do not reach beyond it. */
function byNamespace({ servers, resources, dockerfiles }: Deployment): readonly Deployment[] {
  const names = new Set(["", ...resources.map(({ namespace }) => namespace)]);
  return [...names].map((name) => ({
    servers: servers.filter(({ pod }) => (pod?.resource.namespace ?? "") === name),
    resources: resources.filter(({ namespace }) => namespace === name),
    dockerfiles: name === "" ? dockerfiles : [],
  }));
}

/** Those that run Sluice; all first ones if no file says so: their images hide it. */
function chosen(candidates: readonly Candidate[]): readonly Candidate[] {
  const own = candidates.filter(({ isSluice }) => isSluice);
  return own.length > 0 ? own : candidates.map((one) => ({ ...one, start: null }));
}

async function settingsOf(
  { start, spot, what }: Candidate,
  check: DeployCheck,
  findings: Finding[],
): Promise<Settings | null> {
  if (start === null) return check.settings;
  try {
    return await check.readSettings(start);
  } catch (problem) {
    if (!(problem instanceof ExitError)) throw problem;
    findings.push(error(spot, `The settings of the ${what} are wrong: ${problem.message}`));
    return null;
  }
}

/** What the files have in them. */
interface Contents {
  readonly candidates: readonly Candidate[];
  readonly findings: Finding[];
  readonly resources: readonly Resource[];
  readonly dockerfiles: readonly Dockerfile[];
  readonly templates: number;
}

function read(files: readonly DeployFile[]): Contents {
  const findings: Finding[] = [];
  const yaml = ofKind(files, "yaml");
  const plain = yaml.filter(({ text }) => !TEMPLATE.test(text));
  const trees = plain.flatMap((file) => treesOf(file, findings));
  const resources = atHome(trees.filter(isResource).flatMap(resourcesIn));
  const dockerfiles = ofKind(files, "dockerfile").map(({ file, text }) =>
    parseDockerfile(file, text)
  );
  const candidates = [
    ...containersOf(resources),
    ...trees.filter(isCompose).flatMap(servicesOf),
    ...ofKind(files, "unit").map(({ file, text }) => processOf(file, text)),
    ...dockerfiles.map(processOfImage).filter((one) => one !== null),
  ];
  const templates = yaml.length - plain.length;
  return { candidates, findings, resources, dockerfiles, templates };
}

function ofKind(files: readonly DeployFile[], kind: DeployFile["kind"]): readonly DeployFile[] {
  return files.filter((file) => file.kind === kind);
}

function treesOf({ file, text }: DeployFile, findings: Finding[]): readonly Tree[] {
  try {
    return parseTrees(file, text);
  } catch (problem) {
    if (!(problem instanceof YamlProblem)) throw problem;
    findings.push(error(problem.spot, `Not YAML: ${problem.message}`));
    return [];
  }
}
