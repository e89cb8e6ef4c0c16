/** A backend on a host of a test: a program that answers each line with its name and the line. */
import { writeText } from "../../src/base/write_text.ts";
import { Backend, naming } from "./backend.ts";

if (import.meta.main) {
  const [name = "", port] = Deno.args;
  new Backend(naming(name), { hostname: "0.0.0.0", port: Number(port) });
  writeText(Deno.stdout, "listening\n");
}
