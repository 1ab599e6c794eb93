// F1 to F16 of the product: every row clicked through.

import { PASSWORD, sign_in } from "./entrance.mjs";
import { provider } from "./provider.mjs";
import { equal, misses, plant, sees } from "./stage.mjs";

const shot = (page, name) => page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });

/** Makes a connection on a service of the catalogue; stops before its sign-in where told to. */
async function create(page, stage, service, { name, link, loginUser = false, sandbox = true, then = "Create and connect" }) {
  await page.goto(`${stage.url}/console/catalogue/${service}`);
  await page.getByLabel("Connection name").fill(name);
  if (link) await page.getByLabel("Link name").fill(link);
  if (loginUser) await page.getByLabel("Use credentials of login user").check();
  if (sandbox) {
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Address of a sandbox").fill(stage.sandbox.accounts_url);
  }
  await page.getByRole("button", { name: then }).click();
}

/** Goes through the sandbox's consent page. */
async function consent(page, stage, decision = "Accept") {
  if (await page.getByLabel("Client id").inputValue() === "") {
    await page.getByLabel("Client id").fill(stage.sandbox.client_id);
    await page.getByLabel("Client secret").fill(stage.sandbox.client_secret);
  }
  await page.getByRole("button", { name: "Connect" }).click();
  await page.waitForURL((url) => url.origin === stage.sandbox.accounts_url);
  await page.getByRole("button", { name: decision }).click();
  await page.waitForURL((url) => url.origin === stage.url && url.pathname.startsWith("/console"));
}

const own = async (stage, path, method = "GET", body) => {
  const headers = { authorization: `Bearer ${stage.key}`, "content-type": "application/json" };
  const answer = await fetch(`${stage.url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, json: text ? JSON.parse(text) : null };
};

export async function connections(stage, tally, { ada, bo }) {
  const accepted = { secret: plant("client-secret"), token: plant("token"), key: plant("key"), password: plant("basic"),
    oauth1: plant("oauth1"), oauth1Secret: plant("oauth1-secret") };
  const others = await provider(accepted);
  const { check } = { check: tally.check.bind(tally) };

  await check("F1 pick a default service by search, and connect with scopes ticked", async () => {
    await ada.goto(`${stage.url}/console/connections`);
    await ada.getByRole("link", { name: "New connection" }).first().click();
    const tiles = ada.locator(".pickable");
    const all = await tiles.count();
    if (all < 100) throw new Error(`only ${all} services`);
    await shot(ada, "catalogue");
    await ada.getByLabel("Search services").fill("zoho crm");
    equal(await tiles.filter({ visible: true }).count() < 10, true, "narrowed");
    await ada.getByLabel("Search services").fill("no such thing at all");
    await sees(ada, "No such service");
    await ada.getByLabel("Search services").fill("zoho crm");
    await ada.getByRole("link", { name: /^Zoho CRM OAuth 2$/ }).click();
    equal(await ada.getByLabel("Link name").inputValue(), "zoho_crm");
    const scopes = ada.getByRole("group", { name: "Scopes of the service" }).getByRole("checkbox");
    equal(await scopes.count() > 2, true, "scopes to tick");
    await shot(ada, "new-connection");
  });
  await check("F4 each rule of link names has its own message", async () => {
    const wrong = { "Zoho": "begins with a lower-case letter", "1a": "begins with a lower-case letter", "a-b": "only lower-case letters, digits",
      ["a".repeat(51)]: "at most 50" };
    for (const [link, message] of Object.entries(wrong)) {
      await create(ada, stage, "zoho_crm", { name: "CRM", link });
      await sees(ada, message);
      equal(await ada.getByLabel("Link name").inputValue(), link, "what was typed stays");
    }
    equal(await ada.getByLabel("Connection name").getAttribute("maxlength"), "50");
  });
  await check("F3 the link name follows the name until someone writes one", async () => {
    await ada.goto(`${stage.url}/console/catalogue/zoho_crm`);
    await ada.getByLabel("Connection name").fill("My CRM (EU)");
    equal(await ada.getByLabel("Link name").inputValue(), "my_crm_eu");
    await ada.getByLabel("Link name").fill("other");
    await ada.getByLabel("Connection name").fill("Something");
    equal(await ada.getByLabel("Link name").inputValue(), "other");
  });
  await check("F9 create and connect over the consent page, then a summary with status Connected", async () => {
    await create(ada, stage, "zoho_crm", { name: "Sales", link: "sales" });
    await sees(ada, "Zoho CRM is asked for");
    await sees(ada, "ZohoCRM.modules.ALL");
    await sees(ada, `${stage.url}/delugeauth/callback`);
    await shot(ada, "connect");
    await consent(ada, stage);
    await sees(ada, "Connected");
    equal(new URL(ada.url()).pathname, "/console/connections/sales");
    await shot(ada, "summary");
  });
  await check("a consent that was refused says so, and can be tried again", async () => {
    await create(ada, stage, "zoho_crm", { name: "Denied", link: "denied" });
    await consent(ada, stage, "Reject");
    await sees(ada, "access_denied");
    await sees(ada, "Not connected yet");
  });
  await check("what comes back to another session is not taken", async () => {
    await ada.goto(`${stage.url}/console/connections/denied/connect`);
    await ada.getByRole("button", { name: "Connect" }).click();
    await ada.waitForURL((url) => url.origin === stage.sandbox.accounts_url);
    const state = new URL(ada.url()).searchParams.get("state");
    await bo.goto(`${stage.url}/delugeauth/callback?state=${state}&code=1`);
    await sees(bo, "belongs to no sign-in of yours");
    await ada.goto(`${stage.url}/console`);
  });
  await check("F10 sample code has a Deluge and a JSON tab", async () => {
    await ada.goto(`${stage.url}/console/connections/sales`);
    const deluge = await ada.locator("#sample-deluge").innerText();
    equal(deluge.includes("invokeurl") && deluge.includes('connection: "sales"') && deluge.includes("type: GET"), true, deluge);
    equal(await ada.locator("#sample-json").isVisible(), false);
    await ada.getByRole("tab", { name: "Deluge" }).focus();
    await ada.keyboard.press("ArrowRight");
    equal(JSON.parse(await ada.locator("#sample-json").innerText()).connection, "sales");
    await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ada.locator("[data-copy=sample-json]").click();
    equal(JSON.parse(await ada.evaluate(() => navigator.clipboard.readText())).connection, "sales");
  });
  await check("a test says who is signed in", async () => {
    await ada.getByRole("button", { name: "Test" }).click();
    await sees(ada, "It works: status 200");
    await sees(ada, "signed in as");
    await ada.getByRole("button", { name: "Refresh token" }).click();
    await sees(ada, "There is a new token.");
    await ada.goto(`${stage.url}/console/events`);
    await sees(ada, "refreshed");
    await shot(ada, "events");
  });
  await check("F9 where the account has organizations the connection uses one", async () => {
    const organizations = [{ organization_id: "111", name: "Zylker" }, { organization_id: "222", name: "Zylker Europe" }];
    const fault = { status: 200, count: 3, path: "/books/v3/organizations", method: "GET", body: { code: 0, organizations } };
    await fetch(`${stage.sandbox.accounts_url}/__sandbox/faults`, { method: "POST", body: JSON.stringify(fault) });
    await create(ada, stage, "zoho_books", { name: "Books", link: "books" });
    await consent(ada, stage);
    await sees(ada, "Choose the organization");
    await shot(ada, "portal");
    await ada.getByRole("radio", { name: "Zylker Europe" }).check();
    await ada.getByRole("button", { name: "Use it" }).click();
    await sees(ada, "The connection uses Zylker Europe.");
    await sees(ada, "222");
  });
  await check("F2 and F8 a custom service with client credentials, as in the worked example", async () => {
    await ada.goto(`${stage.url}/console/services/new`);
    await shot(ada, "new-service");
    await ada.getByLabel("Service name").fill("Video Meetings");
    equal(await ada.getByLabel("Service link name").inputValue(), "video_meetings");
    await ada.getByLabel("Auth type").selectOption("oauth2");
    await ada.getByLabel("Grant type").selectOption("client_credentials");
    await ada.getByLabel("API address").fill(others.url);
    await ada.getByLabel("Access token URL", { exact: true }).fill(`${others.url}/token`);
    await ada.getByLabel("Refresh token URL").fill(`${others.url}/token`);
    await ada.getByLabel("Scope delimiter").selectOption(",");
    await ada.getByLabel("Param type").last().selectOption("header");
    await ada.getByText("More", { exact: true }).click();
    await ada.getByLabel("Address to test").fill(`${others.url}/me`);
    await ada.getByRole("button", { name: "Make service" }).click();
    await sees(ada, "The service is made");
    await ada.getByRole("link", { name: "New connection" }).click();
    await ada.getByLabel("Connection name").fill("Meetings");
    await ada.getByLabel("Link name").fill("meetings");
    await ada.getByRole("button", { name: "Create and connect" }).click();
    await ada.getByLabel("Client id").fill("client");
    await ada.getByLabel("Client secret").fill("wrong");
    await ada.getByRole("button", { name: "Connect" }).click();
    await sees(ada, "invalid_client");
    await ada.getByLabel("Client secret").fill(accepted.secret);
    await ada.getByRole("button", { name: "Connect" }).click();
    await sees(ada, "Connected");
    await ada.getByRole("button", { name: "Test" }).click();
    await sees(ada, "It works");
  });
  await check("F15 a function calls by link name and never sees a secret", async () => {
    const source = `string standalone.me()\n{\n\tresponse = invokeurl\n\t[\n\t\turl: "${others.url}/me"\n\t\ttype: GET\n\t\tconnection: "meetings"\n\t];\n\treturn response.get("email");\n}`;
    await own(stage, "/v1/functions/standalone.me/draft", "PUT", { source });
    const published = await own(stage, "/v1/functions/standalone.me/publish", "POST", {});
    if (published.status >= 300) throw new Error(JSON.stringify(published));
    const run = await own(stage, "/v1/functions/standalone.me/executions", "POST", {});
    equal(run.json.output, "ada@example.com", JSON.stringify(run.json));
  });
  await check("F5 an API key service with several parameters", async () => {
    await ada.goto(`${stage.url}/console/services/new`);
    await ada.getByLabel("Service name").fill("Keyed");
    await ada.getByLabel("Auth type").selectOption("api_key");
    await ada.getByLabel("API address").fill(others.url);
    await ada.getByLabel("Name in the request").fill("X-Key");
    await ada.getByLabel("Display name").fill("Your key");
    await ada.getByRole("button", { name: "One more parameter" }).click();
    await ada.getByLabel("Name in the request").nth(1).fill("tenant");
    await ada.getByLabel("Display name").nth(1).fill("Tenant");
    await ada.locator("#key_place-1").selectOption("query");
    await ada.getByText("More", { exact: true }).click();
    await ada.getByLabel("Address to test").fill(`${others.url}/me`);
    await ada.getByRole("button", { name: "Make service" }).click();
    await ada.getByRole("link", { name: "New connection" }).click();
    await ada.getByRole("button", { name: "Create and connect" }).click();
    equal(await ada.getByLabel("Your key").getAttribute("type"), "password");
    await ada.getByLabel("Your key").fill(accepted.key);
    await ada.getByLabel("Tenant").fill("t1");
    await ada.getByRole("button", { name: "Connect" }).click();
    await sees(ada, "Connected");
    await ada.getByRole("button", { name: "Test" }).click();
    await sees(ada, "It works");
    const call = others.seen.findLast((call) => call.path === "/me");
    equal([call.headers["x-key"], call.query.get("tenant")], [accepted.key, "t1"]);
  });
  await check("F6 a Basic service", async () => {
    await ada.goto(`${stage.url}/console/services/new`);
    await ada.getByLabel("Service name").fill("Basics");
    await ada.getByLabel("Auth type").selectOption("basic");
    await ada.getByLabel("API address").fill(others.url);
    await ada.getByText("More", { exact: true }).click();
    await ada.getByLabel("Address to test").fill(`${others.url}/me`);
    await ada.getByRole("button", { name: "Make service" }).click();
    await ada.getByRole("link", { name: "New connection" }).click();
    await ada.getByRole("button", { name: "Create and connect" }).click();
    await ada.getByLabel("User name").fill("ada");
    await ada.getByLabel("Password").fill(accepted.password);
    await ada.getByRole("button", { name: "Connect" }).click();
    await ada.getByRole("button", { name: "Test" }).click();
    await sees(ada, "It works");
  });
  await check("F7 an OAuth 1 service over its three legs", async () => {
    await ada.goto(`${stage.url}/console/services/new`);
    await ada.getByLabel("Service name").fill("Old One");
    await ada.getByLabel("Auth type").selectOption("oauth1");
    await ada.getByLabel("API address").fill(others.url);
    await ada.getByLabel("Request token URL").fill(`${others.url}/request`);
    await ada.getByLabel("Authorize URL").fill(`${others.url}/authorize`);
    await ada.getByLabel("Access token URL (OAuth 1)").fill(`${others.url}/access`);
    await ada.getByText("More", { exact: true }).click();
    await ada.getByLabel("Address to test").fill(`${others.url}/me`);
    await ada.getByRole("button", { name: "Make service" }).click();
    await ada.getByRole("link", { name: "New connection" }).click();
    await ada.getByRole("button", { name: "Create and connect" }).click();
    await ada.getByLabel("Consumer key").fill("consumer");
    await ada.getByLabel("Consumer secret").fill(plant("consumer-secret"));
    await ada.getByRole("button", { name: "Connect" }).click();
    await ada.getByRole("link", { name: "Allow" }).click();
    await ada.waitForURL((url) => url.pathname === "/console/connections/old_one");
    await sees(ada, "Connected");
    await ada.getByRole("button", { name: "Test" }).click();
    await sees(ada, "It works");
  });
  await check("F11 use credentials of login user: each signs in for himself, listed as shared for the other", async () => {
    await create(ada, stage, "zoho_crm", { name: "Everyone", link: "everyone", loginUser: true });
    await consent(ada, stage);
    await sees(ada, "everyone signs in for himself");
    await bo.goto(`${stage.url}/console/connections`);
    await misses(bo, "Everyone");
    await bo.getByRole("link", { name: "Shared connections" }).click();
    await sees(bo, "Everyone");
    await shot(bo, "shared");
    await bo.getByRole("link", { name: "Everyone" }).click();
    await sees(bo, "You have not authorised this connection yet");
    await misses(bo, "Edit");
    await misses(bo, "Delete");
    await bo.getByRole("link", { name: "Connect", exact: true }).click();
    await consent(bo, stage);
    await sees(bo, "yours, `bo`");
    await ada.goto(`${stage.url}/console/connections/everyone`);
    await sees(ada, "Signed in too");
    await bo.goto(`${stage.url}/console/connections/sales`);
    await sees(bo, "everyone's calls run with them");
    equal(await bo.getByRole("link", { name: "Revoke" }).count(), 0, "the owner's own");
  });
  await check("F13 a shared connection can be revoked, not edited or deleted", async () => {
    await bo.goto(`${stage.url}/console/connections/everyone`);
    await bo.getByRole("link", { name: "Revoke" }).click();
    await bo.getByRole("button", { name: "Revoke" }).click();
    await sees(bo, "The connection is revoked.");
    for (const path of ["edit", "delete"]) {
      const answer = await bo.goto(`${stage.url}/console/connections/everyone/${path}`);
      equal(answer.status(), 403);
    }
    await ada.goto(`${stage.url}/console/connections/everyone`);
    await sees(ada, "Connected");
  });
  await check("F13 deletion is refused while a webhook uses it, and says what depends on it", async () => {
    const made = await own(stage, "/v1/webhooks/outgoing", "POST", { name: "new lead", url: `${others.url}/me`,
      authorization: { type: "connection", link: "meetings" } });
    equal(made.status, 201, JSON.stringify(made.json));
    await ada.goto(`${stage.url}/console/connections/meetings`);
    await sees(ada, "webhook `new lead`");
    await ada.getByRole("link", { name: "Delete" }).click();
    await sees(ada, "It cannot be deleted");
    await sees(ada, "webhook `new lead`");
    await shot(ada, "delete-refused");
    equal(await ada.getByRole("button", { name: "Delete" }).count(), 0);
  });
  await check("F12 edit only when not connected: revoke, edit, connect again", async () => {
    await ada.goto(`${stage.url}/console/connections/sales/edit`);
    await sees(ada, "A connected connection cannot be changed.");
    await ada.getByRole("link", { name: "Revoke" }).click();
    await ada.getByRole("button", { name: "Revoke" }).click();
    await sees(ada, "Revoked");
    await ada.getByRole("link", { name: "Edit" }).click();
    await ada.getByLabel("Connection name").fill("Sales renamed");
    await ada.getByLabel("Further scopes").fill("ZohoCRM.org.READ");
    await ada.getByRole("button", { name: "Save" }).click();
    await sees(ada, "Sales renamed");
    await ada.getByRole("link", { name: "Connect again" }).click();
    await consent(ada, stage);
    await sees(ada, "ZohoCRM.org.READ");
    await sees(ada, "Connected");
  });
  await check("F14 an edit of a custom service names and revokes its connections; what is fixed stays", async () => {
    await ada.goto(`${stage.url}/console/services/video_meetings/edit`);
    await sees(ada, "Any change revokes the connections made from this service:");
    await sees(ada, "meetings");
    await misses(ada, "Grant type");
    equal(await ada.getByLabel("Service link name").count(), 0);
    await shot(ada, "edit-service");
    await ada.getByLabel("Service name").fill("Video Calls");
    await ada.getByRole("button", { name: "Save and revoke its connections" }).click();
    await sees(ada, "revoked: meetings");
    await ada.goto(`${stage.url}/console/connections/meetings`);
    await sees(ada, "its service was changed");
    await ada.goto(`${stage.url}/console/services/keyed/edit`);
    await ada.getByLabel("Name in the request").nth(1).fill("");
    await ada.getByRole("button", { name: "Save and revoke its connections" }).click();
    await sees(ada, "may be added or edited, not removed");
  });
  await check("a custom service is deleted with its connections named", async () => {
    await ada.goto(`${stage.url}/console/services/basics/delete`);
    await sees(ada, "Deleting revokes the connections made from this service:");
    await ada.getByRole("button", { name: "Delete" }).click();
    await sees(ada, "The service basics is deleted.");
  });
  await check("a connection is deleted", async () => {
    await ada.goto(`${stage.url}/console/connections/denied/delete`);
    await ada.getByRole("button", { name: "Delete" }).click();
    await sees(ada, "The connection denied is deleted.");
    equal((await ada.goto(`${stage.url}/console/connections/denied`)).status(), 404);
  });
  await check("F16 managing needs an administrator", async () => {
    for (const path of ["catalogue", "catalogue/zoho_crm", "services/new", "connections/sales/edit", "connections/sales/delete", "services/keyed/edit"]) {
      equal((await bo.goto(`${stage.url}/console/${path}`)).status(), 403, path);
    }
  });
  await check("F16 a password reset with revoke warns first, then disconnects every connection of that account", async () => {
    await bo.goto(`${stage.url}/console/connections/everyone`);
    await bo.getByRole("link", { name: "Connect again" }).click();
    await consent(bo, stage);
    await ada.goto(`${stage.url}/console/users/bo`);
    await sees(ada, "these connections are disconnected");
    await sees(ada, "everyone");
    await shot(ada, "reset");
    await ada.getByLabel("Revoke all connections of this account too").check();
    await ada.getByRole("button", { name: "Reset password" }).click();
    const link = await ada.locator("#welcome-link").innerText();
    await bo.goto(link);
    await bo.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await bo.getByLabel("Password once more").fill(PASSWORD);
    await bo.getByRole("button", { name: "Go to the console" }).click();
    await bo.goto(`${stage.url}/console/connections/everyone`);
    await sees(bo, "Revoked");
    await sign_in(bo, stage, "bo");
    await ada.goto(`${stage.url}/console/connections/everyone`);
    await sees(ada, "Connected");
  });
  await ada.goto(`${stage.url}/console/connections`);
  await shot(ada, "connections");
  others.close();
}
