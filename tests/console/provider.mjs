// A provider of everything that the sandbox is not: client credentials, OAuth 1, API keys, Basic.
// It shares nothing with the program; OAuth 1 signatures are checked elsewhere.

import { createServer } from "node:http";

/** Starts it; `seen` holds what came in, `accepted` what it takes. */
export async function provider(accepted) {
  const seen = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      const url = new URL(request.url, "http://provider");
      const form = new URLSearchParams(body);
      seen.push({ path: url.pathname, query: url.searchParams, form, headers: request.headers });
      answer(url, form, request, response);
    });
  });
  const say = (response, status, value, type = "application/json") => {
    response.writeHead(status, { "content-type": type });
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };
  const answer = (url, form, request, response) => {
    const header = request.headers.authorization ?? "";
    switch (url.pathname) {
      case "/token": {
        const right = form.get("client_secret") === accepted.secret && form.get("grant_type") === "client_credentials";
        return right ? say(response, 200, { access_token: accepted.token, token_type: "Bearer", expires_in: 3600 })
          : say(response, 401, { error: "invalid_client" });
      }
      case "/request": return say(response, 200, "oauth_token=request1&oauth_token_secret=rs&oauth_callback_confirmed=true", "text/plain");
      case "/authorize": {
        const back = new URL(decodeURIComponent(seen.findLast((call) => call.path === "/request").headers.authorization.match(/oauth_callback="([^"]+)"/)[1]));
        back.searchParams.set("oauth_token", url.searchParams.get("oauth_token"));
        back.searchParams.set("oauth_verifier", "verified");
        return say(response, 200, `<!doctype html><html lang="en"><title>Consent</title><h1>Consent</h1><a href="${back}">Allow</a></html>`, "text/html");
      }
      case "/access": return say(response, 200, `oauth_token=${accepted.oauth1}&oauth_token_secret=${accepted.oauth1Secret}`, "text/plain");
      case "/me": {
        const basic = `Basic ${Buffer.from(`ada:${accepted.password}`).toString("base64")}`;
        const right = header === `Bearer ${accepted.token}` || header === basic || header.startsWith("OAuth ")
          || request.headers["x-key"] === accepted.key || url.searchParams.get("key") === accepted.key;
        return right ? say(response, 200, { email: "ada@example.com" }) : say(response, 401, { error: "no" });
      }
      default: return say(response, 404, {});
    }
  };
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close: () => server.close() };
}
