/**
 * A small JSON API for notes. Shows a route table with typed parameters.
 *
 * Run it:  deno run -A main.ts examples/routes.ts
 * Try it:  curl -i localhost:8000/notes -d '{"text":"Buy milk"}'
 *          curl -i localhost:8000/notes/1
 *          curl -i localhost:8000/notes/1 -X DELETE
 *
 * The notes are a variable of this module; each thread or process has its own copy.
 */
import { defineRoutes, type Handler, type HttpRequest, type HttpResponse } from "../src/mod.ts";

/** The maximum number of notes; together with --max-body-size, it bounds the memory. */
const MAX_NOTES = 1000;
const notes = new Map<string, string>();
let lastId = 0;

/** JSON with a status of its own: objects that a route returns are sent with 200. */
function json(value: unknown, status: number): HttpResponse {
  return { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(value) };
}
const missing = () => json({ error: "No such note" }, 404);

async function add({ body }: HttpRequest): Promise<HttpResponse> {
  const { text } = (await body.json() ?? {}) as { text?: unknown };
  if (typeof text !== "string") return json({ error: 'Expected "text" to be a string' }, 400);
  if (notes.size >= MAX_NOTES) return json({ error: "Too many notes" }, 507);
  const id = String(++lastId);
  notes.set(id, text);
  return json({ id, text }, 201);
}

export default {
  routes: defineRoutes({
    "GET /notes": () => [...notes].map(([id, text]) => ({ id, text })),
    "POST /notes": add,
    "GET /notes/:id": ({ params: { id } }) =>
      notes.has(id) ? { id, text: notes.get(id) } : missing(),
    "DELETE /notes/:id": ({ params: { id } }) => notes.delete(id) ? null : missing(),
  }),
} satisfies Handler;
