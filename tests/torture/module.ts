/** Writes the handler modules whose functions do the deeds of a table. */
import type { Deed, Shape } from "./case.ts";

/** The name of a deed in requests. */
export function nameOf({ does }: Deed): string {
  return does.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "").slice(0, 80);
}

/** The variables of a deed, by shape. */
const VARIABLES: Readonly<Record<Shape, string>> = {
  fetch: "request, info",
  routes: "request",
  serve: "connection, context",
  protocol: "transport, data, context",
  handle: "line, context",
};

/** The rest of a module, after the deeds. Each shape answers `ok` with the id of its worker. */
const EXPORTS: Readonly<Record<Shape, string>> = {
  fetch: `export default {
  fetch(request, info) {
    const name = new URL(request.url).pathname.slice(1);
    return name === "ok" ? new Response(ok) : deeds[name](request, info);
  },
};`,
  routes: `const routes = { "/ok": () => ok };
for (const name of Object.keys(deeds)) routes["/" + name] = deeds[name];
export default { routes };`,
  serve: `export default {
  async serve(connection, context) {
    for (let line; (line = await connection.readLine(100)) !== null;) {
      if (line === "ok") await connection.write(ok + "\\n");
      else await deeds[line](connection, context);
    }
  },
};`,
  protocol: `export default {
  protocol(context) {
    let transport, text = "";
    return {
      connectionMade: (made) => { transport = made; },
      async dataReceived(data) {
        text += new TextDecoder().decode(data);
        const lines = text.split("\\n");
        text = lines.pop();
        for (const line of lines) {
          if (line === "ok") transport.write(ok + "\\n");
          else await deeds[line](transport, data, context);
        }
      },
      connectionLost() {},
    };
  },
};`,
  handle: `export default {
  framing: { type: "lines" },
  handle: (line, context) => line === "ok" ? ok : deeds[line](line, context),
};`,
};

/** The source of a module in one shape that does each deed when a client names it. */
export function moduleOf(shape: Shape, deeds: readonly Deed[]): string {
  const functions = deeds.map((deed) => {
    const isAsync = /\bawait\b/.test(deed.code);
    const head = `${isAsync ? "async " : ""}function (${VARIABLES[shape]})`;
    return `  ${JSON.stringify(nameOf(deed))}: ${head} {\n${deed.code}\n  },\n`;
  });
  return `import process from "node:process";
const ok = "ok " + crypto.randomUUID();
// The least that a shape may return.
const nothing = () => ${shape === "fetch" ? "new Response(null, { status: 204 })" : "undefined"};
const deeds = {
${functions.join("")}};
${EXPORTS[shape]}
`;
}
