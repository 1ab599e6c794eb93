// The set-up link, signing in and out, users and keys.

import { PLANTED, equal, misses, person, plant, sees } from "./stage.mjs";

export const PASSWORD = plant("password");

export async function sign_in(page, stage, name, password = PASSWORD) {
  await page.goto(`${stage.url}/console/sign-in`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/console\/connections/);
}

/** Makes a user by hand and signs him in, in a browser of his own. */
export async function user(stage, admin, name, role) {
  await admin.goto(`${stage.url}/console/users`);
  await admin.getByLabel("User name").fill(name);
  await admin.getByLabel("Role").selectOption(role);
  await admin.getByRole("button", { name: "Add user" }).click();
  const link = await admin.locator("#welcome-link").innerText();
  const page = await person(stage);
  await page.goto(link);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password once more").fill(PASSWORD);
  await page.getByRole("button", { name: "Go to the console" }).click();
  await page.waitForURL(/console\/connections/);
  return page;
}

export async function entrance(stage, tally) {
  const ada = await person(stage);
  await tally.check("an empty folder is set up by the link that serve prints", async () => {
    await ada.goto(stage.setUp);
    await ada.getByLabel("User name").fill("ada");
    await ada.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await ada.getByLabel("Password once more").fill("something else");
    await ada.getByRole("button", { name: "Go to the console" }).click();
    await sees(ada, "The two passwords differ.");
    await ada.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await ada.getByLabel("Password once more").fill(PASSWORD);
    await ada.getByRole("button", { name: "Go to the console" }).click();
    await ada.waitForURL(/console\/connections/);
    await sees(ada, "No connections yet");
    await ada.screenshot({ path: `${process.env.SHOTS}/empty.png` });
  });
  await tally.check("the link works once", async () => {
    const other = await person(stage);
    await other.goto(stage.setUp);
    await sees(other, "used already");
    await other.context().close();
  });
  await tally.check("a wrong password is refused, the right one leads back to the page", async () => {
    const other = await person(stage);
    await other.goto(`${stage.url}/console/keys`);
    await other.getByLabel("User name").fill("ada");
    await other.getByLabel("Password").fill("wrong password");
    await other.getByRole("button", { name: "Sign in" }).click();
    await sees(other, "do not go together");
    await other.screenshot({ path: `${process.env.SHOTS}/sign-in.png` });
    await other.getByLabel("Password").fill(PASSWORD);
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.waitForURL(/console\/keys/);
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.waitForURL(/sign-in/);
    await other.context().close();
  });
  await tally.check("a key is made, shown once, revoked after a question", async () => {
    await ada.goto(`${stage.url}/console/keys`);
    await ada.getByLabel("Name").fill("robot");
    await ada.getByRole("button", { name: "Make key" }).click();
    const key = await ada.locator("#made-key").innerText();
    PLANTED.push(key);
    await ada.goto(`${stage.url}/console/keys`);
    await ada.screenshot({ path: `${process.env.SHOTS}/keys.png`, fullPage: true });
    const call = () => fetch(`${stage.url}/v1/executions`, { headers: { authorization: `Bearer ${key}` } });
    equal((await call()).status, 200);
    await ada.getByRole("button", { name: "Revoke robot" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    equal((await call()).status, 200, "cancelled");
    await ada.getByRole("button", { name: "Revoke robot" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await sees(ada, "The key is revoked.");
    await ada.waitForLoadState();
    equal((await call()).status, 401);
  });
  let bo;
  await tally.check("a user comes by a link and sees nothing to administer", async () => {
    bo = await user(stage, ada, "bo", "user");
    await misses(bo, "New connection");
    await bo.goto(`${stage.url}/console/users`);
    await sees(bo, "This page is for administrators.");
  });
  await tally.check("the audit log tells", async () => {
    await ada.goto(`${stage.url}/console/audit`);
    await sees(ada, "create user");
    await ada.getByRole("tab", { name: "Connections" }).click();
    await sees(ada, "role given");
  });
  return { ada, bo };
}
