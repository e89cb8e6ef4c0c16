/** What a handler can do with its Request, and the Headers of it. */
import type { Case } from "./case.ts";

const names = (object: object) => Reflect.ownKeys(object).map(String);
/** The fields that a case is about; a client adds others. */
const OWN = new Set(["content-type", "x-test", "x-empty", "cookie"]);
const own = (headers: Headers) => [...headers].filter(([name]) => OWN.has(name));
const whole = async (request: Request) => [
  request.method,
  new URL(request.url).search,
  own(request.headers),
  await request.text(),
];

const RUNS: Readonly<Record<string, (request: Request) => unknown>> = {
  "instanceof": (request) => request instanceof Request,
  "the constructor": (request) => request.constructor === Request,
  "its prototype": (request) => Object.getPrototypeOf(request) === Request.prototype,
  "as text": (request) => String(request),
  "keys": (request) => [Object.keys(request), Object.entries(request), JSON.stringify(request)],
  "own keys": (request) => names(request).filter((name) => name !== "Symbol(signalCache)"),
  "enumeration": (request) => {
    const found = [];
    for (const key in request) found.push(key);
    return found;
  },
  "spread": (request) => Object.keys({ ...request }),
  "in": (request) => ["url", "method", "body", "x"].map((key) => key in request),
  "hasOwn": (request) => ["url", "method", "headers"].map((key) => Object.hasOwn(request, key)),
  "method": (request) => request.method,
  "the end of the URL": (request) => request.url.slice(request.url.indexOf("/", 8)),
  "search parameters": (request) => [...new URL(request.url).searchParams],
  "redirect": (request) => request.redirect,
  "bodyUsed": (request) => request.bodyUsed,
  "body": (request) => [request.body instanceof ReadableStream, request.body === request.body],
  "signal": (request) => [request.signal instanceof AbortSignal, request.signal === request.signal],
  "the signal is not aborted": (request) => [request.signal.aborted, request.signal.reason],
  "headers": (request) => [request.headers instanceof Headers, request.headers === request.headers],
  "a field": ({ headers }) => headers.get("content-type"),
  "a field in capitals": ({ headers }) => headers.get("CONTENT-TYPE"),
  "a repeated field": ({ headers }) => headers.get("X-Test"),
  "an empty field": ({ headers }) => [headers.get("x-empty"), headers.has("x-empty")],
  "an absent field": ({ headers }) => [headers.get("x-none"), headers.has("x-none")],
  "a name that is no token": ({ headers }) => headers.get("a b"),
  "has of a name that is no token": ({ headers }) => headers.has(""),
  "fields": ({ headers }) => own(headers),
  "keys of fields": ({ headers }) => [...headers.keys()].filter((name) => OWN.has(name)),
  "values of fields": ({ headers }) => [...headers.values()].includes("one, two"),
  "forEach": ({ headers }) => {
    const found: string[] = [];
    headers.forEach((value, name, all) => {
      if (OWN.has(name)) found.push(name, value, String(all === headers));
    });
    return found;
  },
  "getSetCookie": ({ headers }) => headers.getSetCookie(),
  "Object.fromEntries of fields": ({ headers }) => Object.fromEntries(own(headers)),
  "a field after set": ({ headers }) => {
    headers.set("X-Test", "three");
    return own(headers);
  },
  "a field after append": ({ headers }) => {
    headers.append("x-test", "three");
    return [headers.get("x-test"), own(headers)];
  },
  "a field after delete": ({ headers }) => {
    headers.delete("X-Test");
    return [headers.has("x-test"), own(headers)];
  },
  "an invalid value": ({ headers }) => headers.set("a", "b\nc"),
  "a copy of the headers": ({ headers }) => own(new Headers(headers)),
  "changes of a copy of the headers": ({ headers }) => {
    new Headers(headers).set("x-test", "other");
    return headers.get("x-test");
  },
  "text": (request) => request.text(),
  "json of a form": (request) => request.json(),
  "bytes": (request) => request.bytes(),
  "arrayBuffer": async (request) => new Uint8Array(await request.arrayBuffer()),
  "blob": async (request) => {
    const blob = await request.blob();
    return [blob.type, blob.size, await blob.text()];
  },
  "formData": async (request) => [...await request.formData()],
  "iteration": async (request) => {
    let text = "";
    for await (const piece of request.body ?? []) text += new TextDecoder().decode(piece);
    return text;
  },
  "bodyUsed after a read": async (request) => {
    const reading = request.text();
    return [request.bodyUsed, await reading, request.bodyUsed];
  },
  "a second read": async (request) => {
    await request.text();
    return await request.text().catch((error) => error.name);
  },
  "the body after a read": async (request) => {
    await request.text();
    return [request.body?.locked, request.bodyUsed];
  },
  "a clone after a read": async (request) => {
    await request.text();
    return request.clone();
  },
  "a copy after a read": async (request) => {
    await request.text();
    return new Request(request);
  },
  "a copy with another body after a read": async (request) => {
    await request.text();
    return await whole(new Request(request, { body: "x" }));
  },
  "a clone": (request) => whole(request.clone()),
  "the original after a clone": (request) => (request.clone(), whole(request)),
  "a clone of a clone": (request) => whole(request.clone().clone()),
  "the class of a clone": (request) => request.clone().constructor === Request,
  "fields of a clone": (request) => {
    const clone = request.clone();
    clone.headers.set("x-test", "other");
    return [request.headers.get("x-test"), clone.headers.get("x-test")];
  },
  "a clone after set": (request) => {
    request.headers.set("x-test", "set");
    return request.clone().headers.get("x-test");
  },
  "a copy": (request) => whole(new Request(request)),
  "a copy after set": (request) => {
    request.headers.set("x-test", "set");
    return new Request(request).headers.get("x-test");
  },
  "the original after a copy": (request) => (void new Request(request), request.bodyUsed),
  "a copy with a method": (request) => whole(new Request(request, { method: "PUT" })),
  "a copy as GET": (request) => new Request(request, { method: "GET" }),
  "a copy with fields": async (request) => {
    const copy = new Request(request, { headers: { "x-test": "2" } });
    return [own(copy.headers), await copy.text()];
  },
  "a copy with a body": (request) => whole(new Request(request, { body: "x" })),
  "a copy with a URL": async (request) => {
    const copy = new Request("http://other/?c", request);
    return [copy.url, copy.method, copy.headers.get("x-test"), await copy.text()];
  },
  "a copy with a signal": (request) => {
    const copy = new Request(request, { signal: AbortSignal.abort("now") });
    return [copy.signal.aborted, copy.signal.reason, request.signal.aborted];
  },
  "a subclass": (request) => {
    class Sub extends Request {}
    return whole(new Sub(request));
  },
  "a proxy": (request) => {
    const proxy = new Proxy(request, {});
    return [proxy.method, own(proxy.headers), proxy instanceof Request];
  },
  "a proxy with a trap": (request) => {
    const proxy = new Proxy(request, {
      get: (target, key) => key === "method" ? "PATCH" : Reflect.get(target, key),
    });
    return [proxy.method, new URL(proxy.url).pathname];
  },
  "the body of a proxy": (request) => new Proxy(request, {}).text(),
  "an heir": (request) => {
    const heir = Object.create(request, { method: { value: "PATCH" } });
    return [heir.method, own(heir.headers)];
  },
  "an own property": (request) => {
    Object.defineProperty(request, "method", { value: "PATCH" });
    return request.method;
  },
  "assignment to a getter": (request) => {
    (request as { method: string }).method = "PATCH";
  },
  "a method on another object": () => Reflect.apply(Request.prototype.text, {}, []),
  "a getter on another object": () => Reflect.get(Request.prototype, "url", {}),
  "a bound method": (request) => request.text.bind(request)(),
  "structuredClone": (request) => structuredClone(request),
  "a key of a WeakMap": (request) => new WeakMap([[request, 1]]).get(request),
  "a frozen request": (request) => Object.freeze(request).method,
  "a Response of the body": (request) => new Response(request.body).text(),
  "a Response of the request": async (request) => {
    const response = new Response(request.body, { headers: request.headers });
    return [own(response.headers), await response.text()];
  },
  "inspection": (request) => {
    const shown = Deno.inspect(request);
    return [
      shown.startsWith("Request {"),
      shown.includes('method: "POST"'),
      shown.includes("x-test"),
    ];
  },
  "TextDecoderStream": async (request) => {
    const texts = request.body?.pipeThrough(new TextDecoderStream());
    let all = "";
    for await (const text of texts ?? []) all += text;
    return all;
  },
  "tee": async (request) => {
    const [a, b] = request.body?.tee() ?? [];
    return [await new Response(a).text(), await new Response(b).text()];
  },
  "cancel": async (request) => {
    await request.body?.cancel();
    return request.bodyUsed;
  },
  "a reader": async (request) => {
    const reader = request.body?.getReader();
    return [
      request.body?.locked,
      request.bodyUsed,
      (await reader?.read())?.value,
      request.bodyUsed,
    ];
  },
};

export const REQUEST_CASES: readonly Case[] = Object.entries(RUNS).map(([name, run]) => ({
  name: `Request: ${name}`,
  run,
}));
