/** docs/misbehaving-handlers.md, from the table that tests/torture/ tests row by row. */
import {
  type Deed,
  type Outcome,
  outcomeOf,
  type Place,
  PLACES,
  type Shape,
  SHAPES,
  type Theme,
} from "../tests/torture/case.ts";
import { type BadModule, MODULES } from "../tests/torture/cases/modules.ts";
import { THEMES } from "../tests/torture/table.ts";
import { markdownTable } from "./option_docs.ts";

/** The shapes that speak HTTP. */
const HTTP: readonly Shape[] = ["fetch", "routes"];
/** The width of lines of text. */
const WIDTH = 100;

const INTRODUCTION = `# What happens if a handler misbehaves

<!-- Written by deno task docs from tests/torture/: change the table there. -->

What clients, the log and the server see of a handler that does something wrong. Each row is a test.
Rows that need a server of their own run in \`async\`, \`pooled\` and \`forked\` mode; the others run in
every mode.

- **Main thread** is \`--mode single\` and \`async\`, **thread** is \`threaded\` and \`pooled\`, **process**
  is \`forked\`. Without such columns, all modes behave alike.
- **The client** gets a status and the beginning of a body, with HTTP (\`{ fetch }\`, \`{ routes }\`).
  With the other shapes it gets text, and its connection stays open or is closed. "Its answer" is
  what the handler returns beside its deed. A response that is cut off is not complete, and the
  client can tell.
- **The log** has these records of level WARN and ERROR, with the beginning of the error. "None"
  means that there are only the usual ones.
- **The worker goes on**, and its other clients are served, unless the row says otherwise. If it is
  replaced, its other connections are closed.

In short: an error that reaches the server ends one request or one connection. An error that does
not, because it was thrown in a timer or in a promise that nobody awaits, ends a worker in a thread
or a process, and is only logged on the main thread. Only a process can be killed when it hangs, and
only a process can run out of memory without taking the server with it. So use \`--mode forked\` for
handlers that might do either; see [handlers.md](handlers.md) for the shapes, and
[operating.md](operating.md#crashes-hangs-and-recycling) for crashes and hangs.
`;

/** The whole page. */
export function misbehaviourPage(): string {
  return [INTRODUCTION, ...THEMES.map(section), moduleSection()].join("\n");
}

function section({ title, text, deeds }: Theme): string {
  return `## ${title}\n\n${wrapped(text)}\n\n${table(deeds)}`;
}

function table(deeds: readonly Deed[]): string {
  if (deeds.every(({ outcome }) => "next" in outcome && outcome.next === "same")) {
    const rows = deeds.map((deed) => {
      const { answer, records } = outcomeOf(deed, "main");
      const cells = [answerText(answer, deed), recordsText(ofShapes(records, deed))];
      return [deedCell(deed), shapesOf(deed), ...cells];
    });
    return markdownTable(["The handler", "Shape", "The client gets", "The log has"], rows);
  }
  const rows = deeds.map((deed) => [
    deedCell(deed),
    ...PLACES.map((place) => outcomeText(deed, place)),
  ]);
  return markdownTable(["The handler", "Main thread", "Thread", "Process"], rows);
}

function deedCell({ does, note }: Deed): string {
  return cell(note === undefined ? does : `${does}. ${note}`);
}

function shapesOf({ shapes }: Deed): string {
  if (shapes.length === SHAPES.length) return "any";
  return shapes.join() === "fetch,routes" ? "HTTP" : shapes.map(code).join(", ");
}

/** The part of an outcome that the shapes of a deed can lead to. */
function ofShapes<T>(value: T, { shapes }: Deed): T {
  const isSplit = typeof value === "object" && value !== null && "http" in value;
  const { http, other } = (isSplit ? value : {}) as { http?: T; other?: T };
  if (http === undefined || other === undefined) return value;
  if (shapes.every((shape) => HTTP.includes(shape))) return http;
  return shapes.some((shape) => HTTP.includes(shape)) ? value : other;
}

function outcomeText(deed: Deed, place: Place): string {
  const { next, ...outcome } = outcomeOf(deed, place);
  const records = ofShapes(outcome.records, deed);
  if (next === "broken") {
    return place === "main"
      ? "Nothing is promised until a restart"
      : "Nothing is promised until the worker is replaced, by a crash or a reload";
  }
  const parts = [`The client gets ${answerText(outcome.answer, deed)}`];
  const logged = recordsText(records);
  if (logged !== "none") parts.push(`the log has ${logged}`);
  if (next !== "same") parts.push(fateText(next));
  return parts.join("; ");
}

function fateText(next: Outcome["next"]): string {
  if (typeof next === "number") return `**the server exits with ${next}**`;
  if (next === "new") return "the worker is replaced";
  if (next === "stuck") return "**nobody is served until the server is killed**";
  return `**the server is killed by ${next}**`;
}

function answerText(ofAll: Outcome["answer"], deed: Deed): string {
  const answer = ofShapes(ofAll, deed);
  // The least that a shape may return.
  const isNothing = deed.code.includes("nothing()");
  if (typeof answer === "string") return oneAnswerText(answer, isNothing ? "204" : null);
  const http = oneAnswerText(answer.http, isNothing ? "204" : null);
  const other = oneAnswerText(answer.other, isNothing ? "open" : null);
  return http === other ? http : `with HTTP: ${http}; otherwise: ${other}`;
}

/** @param own The answer that the handler returns beside its deed; null if there is none. */
function oneAnswerText(answer: string, own: string | null): string {
  return answer.split(" or ").map((one) => {
    if (one === own) return "its answer";
    if (one === "silence") return "nothing";
    if (one === "closed") return "a closed connection";
    if (one === "open") return "an open connection";
    return cell(bodyMarked(one.replace(", cut off (silence)", ", then waits for the rest")));
  }).join(", or ");
}

/** An answer whose body, which is JSON or the beginning of it, is marked as code. */
function bodyMarked(answer: string): string {
  return answer.replace(
    /"((?:[^"\\]|\\.)*)(?:"|$)/,
    (_, body) => code(`"${body}"`),
  );
}

function recordsText(records: Outcome["records"]): string {
  if ("http" in records) {
    // Without HTTP, the record differs only in what failed.
    return recordsText(records.http);
  }
  return records.length === 0 ? "none" : records.map(recordText).join(", ");
}

function recordText(record: string): string {
  const [message = "", error = ""] = record.split(" <- ", 2);
  const [what = ""] = message.split(": ", 1);
  const [line = ""] = error.split("\n", 1);
  return line === "" ? code(what) : `${code(what)} with ${code(line.slice(0, 70).trim())}`;
}

function moduleSection(): string {
  const rows = MODULES.map(({ does, outcome }: BadModule) => [
    cell(does),
    outcome === null ? "is served" : `is refused: exit code ${outcome.exitCode}` +
      (outcome.says === "" ? "" : `, and a line with ${code(outcome.says)}`),
  ]);
  return `## Modules that cannot be served\n\n${wrapped(MODULE_TEXT)}\n\n${
    markdownTable(["A module that", "At the start of the server"], rows)
  }`;
}

const MODULE_TEXT =
  `A server does not start with a module that it cannot serve. It says why in one line on standard
error, as does \`sluice check\`. A reload that finds one fails, and the old workers go on.`;

/** Wraps a paragraph as `deno fmt` does. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= WIDTH) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].join("\n");
}

/** Markdown in a cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function code(text: string): string {
  return `\`${text}\``;
}
