/** What Response looks like as a class, its static methods, and mutations of what it was given. */
import { type Case, lookAt } from "./case.ts";

const FIELDS = { headers: { "X-A": "1" } };
const names = (object: object) => Reflect.ownKeys(object).map(String);
const attributes = (object: object, key: string) => {
  const { value: _, get, set, ...rest } = Object.getOwnPropertyDescriptor(object, key) ?? {};
  return [rest, typeof get, typeof set];
};

class Sub extends Response {
  readonly mark: string;
  constructor(body?: BodyInit | null, init?: ResponseInit) {
    super(body, init);
    this.mark = "sub";
  }
  override get status(): number {
    return 299;
  }
}
class Plain extends Response {}

const RUNS: Readonly<Record<string, () => unknown>> = {
  "instanceof":
    () => [new Response() instanceof Response, new Response("a", FIELDS) instanceof Response],
  "the constructor":
    () => [new Response().constructor === Response, Response.json(1).constructor === Response],
  "prototype.constructor": () => Response.prototype.constructor === Response,
  "the prototype of an instance": () =>
    Object.getPrototypeOf(new Response("a", FIELDS)) === Response.prototype,
  "the prototype of a clone": () =>
    Object.getPrototypeOf(new Response("a", FIELDS).clone()) === Response.prototype,
  "name": () => Response.name,
  "length": () => Response.length,
  "the prototype of the class": () => Object.getPrototypeOf(Response) === Function.prototype,
  "own keys": () => names(Response),
  "attributes of own keys": () => names(Response).map((key) => attributes(Response, key)),
  "own keys of the prototype": () => names(Response.prototype),
  "attributes of the prototype": () =>
    names(Response.prototype).map((key) => attributes(Response.prototype, key)),
  "enumerable in the global": () => Object.keys(globalThis).includes("Response"),
  "keys of an instance":
    () => [Object.keys(new Response("a", FIELDS)), names(new Response("a", FIELDS))],
  "enumeration of an instance": () => {
    const found = [];
    for (const key in new Response("a", FIELDS)) found.push(key);
    return found;
  },
  "toString of an instance": () => String(new Response("a", FIELDS)),
  "JSON": () => JSON.stringify(new Response("a", FIELDS)),
  "typeof": () => typeof Response,
  "a call without new": () => (Response as unknown as () => unknown)(),
  "a call with a this": () => Reflect.apply(Response as unknown as () => unknown, {}, ["a"]),
  "extensible": () => [Object.isExtensible(Response), Object.isFrozen(Response)],
  "inspection": () => Deno.inspect(new Response("a", { status: 201, headers: { "X-A": "1" } })),
  "Reflect.construct": () => lookAt(Reflect.construct(Response, ["a", FIELDS])),
  "Reflect.construct of another class": () => {
    class Other {}
    const made = Reflect.construct(Response, ["a", FIELDS], Other);
    return [made instanceof Other, made instanceof Response];
  },
  "Proxy of the class": () => lookAt(new (new Proxy(Response, {}))("a", FIELDS)),
  "Proxy of an instance": () => lookAt(new Proxy(new Response("a", FIELDS), {})),
  "Object.create of an instance": () => Object.create(new Response("a", FIELDS)).status,
  "bind": () => lookAt(new (Response.bind(null, "a"))(FIELDS)),
  "spread of arguments": () => lookAt(new Response(...(["a", FIELDS] as const))),
  "more arguments": () =>
    lookAt(new (Response as unknown as new (...all: unknown[]) => Response)("a", FIELDS, 1)),
  "a subclass": async () => {
    const made = new Sub("a", FIELDS);
    return [
      made.mark,
      made.status,
      made instanceof Sub,
      made instanceof Response,
      made.constructor.name,
      await made.text(),
    ];
  },
  "a subclass without a constructor": () => lookAt(new Plain("a", FIELDS)),
  "a subclass of bytes": () => lookAt(new Plain(new Uint8Array(2), FIELDS)),
  "the name of a subclass": () => [Sub.name, Object.getPrototypeOf(Sub) === Response],
  "static methods of a subclass":
    () => [Sub.json(1) instanceof Sub, Sub.redirect("http://a/") instanceof Response],
  "getters on another object": () => Reflect.get(Response.prototype, "status", {}),
  "a getter on the prototype": () => Response.prototype.status,
  "a method on another object": () => Reflect.apply(Response.prototype.clone, {}, []),
  "structuredClone": () => structuredClone(new Response("a", FIELDS)),
  "an own property": () => Object.assign(new Response("a", FIELDS), { mark: 1 }).mark,
  "a frozen instance": () => Object.freeze(new Response("a", FIELDS)).status,
  "assignment to a getter": () => {
    (new Response("a", FIELDS) as { status: number }).status = 201;
  },
  "json": () => lookAt(Response.json({ a: [1, null] })),
  "json with a status": () => lookAt(Response.json([], { status: 201 })),
  "json with fields": () =>
    lookAt(Response.json("x", { headers: { "Content-Type": "a/b", "X-A": "1" } })),
  "json with 204": () => Response.json(1, { status: 204 }),
  "json of undefined": () => Response.json(undefined),
  "json of a function": () => Response.json(() => {}),
  "json of a cycle": () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    return Response.json(cycle);
  },
  "json with a toJSON": () => lookAt(Response.json({ toJSON: () => ({ a: 1 }) })),
  "error": () => lookAt(Response.error()),
  "fields of an error": () => Response.error().headers.set("a", "b"),
  "redirect": () => lookAt(Response.redirect("http://a/b c")),
  "redirect with a status": () => lookAt(Response.redirect("http://a/", 308)),
  "redirect with another status": () => Response.redirect("http://a/", 200),
  "redirect to no URL": () => Response.redirect("http://["),
  "fields of a redirect": () => Response.redirect("http://a/").headers.append("a", "b"),
  "bytes that change later": () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const response = new Response(bytes);
    bytes[0] = 9;
    return lookAt(response);
  },
  "bytes that change later, with fields": () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const response = new Response(bytes, FIELDS);
    bytes[0] = 9;
    return lookAt(response);
  },
  "bytes that are transferred later": () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const response = new Response(bytes, FIELDS);
    bytes.buffer.transfer();
    return lookAt(response);
  },
  "bytes that were transferred": () => {
    const bytes = new Uint8Array([1, 2, 3]);
    bytes.buffer.transfer();
    return lookAt(new Response(bytes, FIELDS));
  },
  "shared bytes": () =>
    new Response(new Uint8Array(new SharedArrayBuffer(2)) as unknown as BodyInit, FIELDS),
  "fields that change later": () => {
    const headers: Record<string, string> = { a: "1" };
    const response = new Response("a", { headers });
    headers["a"] = "2";
    return lookAt(response);
  },
  "Headers that change later": () => {
    const headers = new Headers({ a: "1" });
    const response = new Response("a", { headers });
    headers.set("a", "2");
    return lookAt(response);
  },
  "a literal that changes later": () => {
    const init = { status: 201 };
    const response = new Response("a", init);
    init.status = 202;
    return lookAt(response);
  },
  "the same Headers each time": () => {
    const response = new Response("a", FIELDS);
    return [response.headers === response.headers, response.body === response.body];
  },
  "a Response of the body of another": () => {
    const other = new Response("a", FIELDS);
    return lookAt(new Response(other.body, other));
  },
  "two reads": async () => {
    const response = new Response("a", FIELDS);
    await response.text();
    return await response.text();
  },
  "two reads at once": async () => {
    const response = new Response("a", FIELDS);
    const results = await Promise.allSettled([response.text(), response.text()]);
    return results.map(({ status }) => status);
  },
  "a clone after a read": async () => {
    const response = new Response("a", FIELDS);
    await response.text();
    return response.clone();
  },
  "arrayBuffer": async () => new Uint8Array(await new Response("abc", FIELDS).arrayBuffer()),
  "bytes": () => new Response("abc", FIELDS).bytes(),
  "json of a text": () => new Response('{"a":1}', FIELDS).json(),
  "json of no JSON": () => new Response("{", FIELDS).json(),
  "formData of a text": () => new Response("a=1", FIELDS).formData(),
  "formData of a form": async () => {
    const form = new URLSearchParams({ a: "1" });
    return [...await new Response(form, FIELDS).formData()];
  },
  "iteration of the body": async () => {
    const pieces = [];
    for await (const piece of new Response("abc", FIELDS).body ?? []) pieces.push(piece);
    return pieces;
  },
  "tee of the body": async () => {
    const [a, b] = new Response("abc", FIELDS).body?.tee() ?? [];
    return [await new Response(a).text(), await new Response(b).text()];
  },
  "pipeThrough": async () => {
    const { body } = new Response("abc", FIELDS);
    return await new Response(
      body?.pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream()),
    ).text();
  },
};

export const CLASS_CASES: readonly Case[] = Object.entries(RUNS).map(([name, run]) => ({
  name: `Response: ${name}`,
  run,
}));
