/** Shows what terminals print as a page. */
import { COLUMNS, type Terminal } from "./session.ts";

const ESCAPE = "\x1b";
/** A sequence that selects how the text after it looks. */
const STYLE = new RegExp(`${ESCAPE}\\[([\\d;]*)m`);

/** The classes of the styles in use. */
const CLASSES: Readonly<Record<string, string>> = {
  "": "",
  "0": "",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
};

const CSS = `
  :root { color-scheme: light dark; }
  body { margin: 0; }
  main {
    display: inline-block;
    padding: 20px;
    background: light-dark(#ffffff, #0d1117);
  }
  pre {
    width: ${COLUMNS}ch;
    margin: 0 0 16px;
    padding: 14px 18px;
    border: 1px solid light-dark(#d0d7de, #30363d);
    border-radius: 8px;
    background: light-dark(#f6f8fa, #161b22);
    color: light-dark(#1f2328, #e6edf3);
    font: 14px/1.45 "DejaVu Sans Mono", monospace;
  }
  pre:last-child { margin-bottom: 0; }
  .prompt { color: light-dark(#57606a, #8b949e); }
  .typed { font-weight: bold; }
  .dim { color: light-dark(#57606a, #9198a1); }
  .red { color: light-dark(#c5161d, #ff7b72); }
  .green { color: light-dark(#1a7f37, #56d364); }
  .yellow { color: light-dark(#8a6100, #e3b341); }
`;

/**
 * A page with a box for each terminal, which breaks lines where a terminal would.
 *
 * @throws {Error} If a terminal prints a control sequence that is not shown here.
 */
export function terminalPage(terminals: readonly Terminal[]): string {
  const boxes = terminals.map(({ commands }) => {
    const parts = commands.map(({ typed, printed }) =>
      `${span("prompt", "$ ")}${span("typed", typed)}\n${styled(printed)}`
    );
    return `<pre>${parts.join("\n\n")}</pre>`;
  });
  return `<!doctype html><meta charset="utf-8"><style>${CSS}</style><main>${boxes.join("")}</main>`;
}

function styled(printed: string): string {
  const [first = "", ...rest] = wrapped(printed).split(STYLE);
  let html = span("", first);
  for (let i = 0; i < rest.length; i += 2) {
    const [code = "", text = ""] = rest.slice(i, i + 2);
    const name = CLASSES[code];
    if (name === undefined) throw new Error(`Cannot show the style ${code}`);
    html += span(name, text);
  }
  return html;
}

/** Breaks lines where a terminal does. */
function wrapped(printed: string): string {
  const character = `(?:${STYLE.source})*[^\\n${ESCAPE}]`;
  const row = new RegExp(`(?:${character}){${COLUMNS}}(?=${character})`, "g");
  return printed.replaceAll("\r\n", "\n").trimEnd().replaceAll(row, "$&\n");
}

function span(name: string, text: string): string {
  if (text.includes(ESCAPE)) throw new Error(`Cannot show ${JSON.stringify(text)}`);
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return name === "" ? escaped : `<span class="${name}">${escaped}</span>`;
}
