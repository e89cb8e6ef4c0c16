/** HTML built safely from any text. */

/** HTML that is inserted as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What {@linkcode markup} inserts; null and false insert nothing. */
export type Content = string | number | Markup | null | false | readonly Content[];

/** A template of HTML, in which inserted text is escaped. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = strings.map((string, i) => string + textOf(contents[i] ?? null));
  return new Markup(parts.join(""));
}

/** Data for the page's scripts, under an id. */
export function dataBlock(id: string, data: unknown): Markup {
  // The same JSON, in which an HTML parser finds no end of the element.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return markup`<script type="application/json" id="${id}">${new Markup(json)}</script>`;
}

function textOf(content: Content): string {
  if (content === null || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join("");
  return escapeText(String(content));
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
