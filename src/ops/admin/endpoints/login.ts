/** `/login` and `/logout`: the token in a form, for browsers, which then have a session. */
import type { HttpResponse } from "../../../http/message.ts";
import { readForm } from "../body.ts";
import { html } from "../html.ts";
import type { Endpoint } from "../endpoint.ts";
import { redirect } from "./dashboard.ts";

/** Shows the form. */
export const loginPage: Endpoint = {
  method: "GET",
  path: "/login",
  isOpen: true,
  serve: (_call, { access }) => access.isGuarded ? page(200, "") : redirect("/"),
};

/** Takes the form. */
export const login: Endpoint = {
  method: "POST",
  path: "/login",
  isOpen: true,
  async serve({ request }, { access }) {
    const form = await readForm(request);
    const cookie = await access.logIn(form.get("token") ?? "", request);
    if (cookie === null) return page(401, "This is not the token of this server.");
    return redirect("/", [["Set-Cookie", cookie]]);
  },
};

/** Ends the session. */
export const logout: Endpoint = {
  method: "POST",
  path: "/logout",
  isOpen: true,
  serve: ({ request }, { access }) => redirect("/login", [["Set-Cookie", access.logOut(request)]]),
};

function page(status: number, error: string): HttpResponse {
  const alert = error === "" ? "" : `<p role="alert">${error}</p>`;
  return html(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in - Sluice</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; background: light-dark(#ffffff, #14171b);
  color: light-dark(#1b2026, #e3e7eb);
  font: 16px/1.5 -apple-system, "Segoe UI", Roboto, "Liberation Sans", system-ui, sans-serif; }
main { max-width: 24rem; margin: 15vh auto; padding: 0 1rem; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin: .25rem 0 1rem; padding: .5rem; border: 1px solid
  light-dark(#858e98, #6f7983); border-radius: .35rem; color: inherit;
  background: light-dark(#f4f6f8, #1c2025); }
</style>
</head>
<body>
<main>
<h1>Sluice</h1>
${alert}
<form method="post" action="/login">
<label for="token">Token, from the file of --admin-token-file</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</main>
</body>
</html>
`,
    status,
  );
}
