/** The hello of a framework, for `deno serve` and as a handler. */
import { Hono } from "hono";

const app: Hono = new Hono();
app.get("/", (context) => context.text("Hello, World!"));

export default { fetch: app.fetch };
