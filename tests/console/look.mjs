// How it looks and feels: light, dark, phone; labels, keyboard, contrast.

import { equal, pale, person, wrongs } from "./stage.mjs";
import { sign_in } from "./entrance.mjs";

const PAGES = ["connections", "connections?shared=true", "catalogue", "catalogue/zoho_crm", "connections/sales", "connections/sales/revoke",
  "connections/meetings/edit", "connections/meetings/delete", "connections/meetings/connect", "services", "services/new", "services/zoho_crm",
  "services/keyed/edit", "events", "functions", "functions/new", "functions/standalone.greet",
  "functions/standalone.greet/versions", "functions/standalone.greet/versions/2", "executions", "executions/dead-letters", "schedules", "schedules/new", "schedules/workdays", "schedules/workdays/edit",
  "webhooks", "webhooks/incoming/new", "webhooks/incoming/greetings", "webhooks/incoming/greetings/edit", "webhooks/outgoing", "webhooks/outgoing/new",
  "webhooks/outgoing/tell", "webhooks/outgoing/tell/edit", "webhooks/deliveries", "users", "users/bo", "keys", "audit", "account"];

export async function look(stage, tally) {
  const ways = [["light", 1280, "light"], ["dark", 1280, "dark"], ["phone", 390, "light"], ["phone-dark", 390, "dark"]];
  for (const [name, width, colorScheme] of ways) {
    const page = await person(stage, { viewport: { width, height: 844 }, colorScheme });
    await sign_in(page, stage, "ada");
    for (const path of PAGES) {
      await tally.check(`${name}: /console/${path}`, async () => {
        await page.goto(`${stage.url}/console/${path}`);
        await page.screenshot({ path: `${process.env.SHOTS}/${name}-${path.replace(/\W+/g, "-")}.png`, fullPage: path !== "catalogue" });
        equal(await wrongs(page), [], "controls:");
        equal(await pale(page), [], "contrast:");
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        equal(over <= 0, true, `wider than the screen by ${over} px`);
      });
    }
    await page.context().close();
  }
  await tally.check("the switch between light and dark stays", async () => {
    const page = await person(stage, { colorScheme: "light" });
    await sign_in(page, stage, "ada");
    await page.getByRole("button", { name: "Switch between light and dark" }).click();
    equal(await page.locator("html").getAttribute("data-theme"), "dark");
    await page.goto(`${stage.url}/console/users`);
    equal(await page.locator("html").getAttribute("data-theme"), "dark");
    await page.context().close();
  });
  await tally.check("the keyboard reaches the content first, and shows where it is", async () => {
    const page = await person(stage);
    await sign_in(page, stage, "ada");
    await page.keyboard.press("Tab");
    equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    equal(await page.evaluate(() => document.activeElement.closest("main") !== null), true);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    equal(outline !== "none", true, "a visible focus");
    await page.context().close();
  });
  await tally.check("pages work without a script", async () => {
    const page = await person(stage, { javaScriptEnabled: false });
    await sign_in(page, stage, "ada");
    await page.goto(`${stage.url}/console/catalogue`);
    await page.getByLabel("Search services").fill("books");
    await page.getByRole("button", { name: "Search" }).click();
    equal(await page.locator(".pickable").count() < 5, true);
    await page.context().close();
  });
}
