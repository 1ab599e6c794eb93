// Functions, executions, schedules and webhooks.

import { equal, misses, plant, sees } from "./stage.mjs";

const SOURCE = `/*
 * Greets somebody.
 * @rest apikey
 */
string standalone.greet(String name)
{
	info "<script>document.title = 'taken'</script> " + name;
	return "Hello, " + name;
}
`;

export async function engine(stage, tally, { ada, bo }) {
  const at = (path) => `${stage.url}/console/${path}`;
  await tally.check("a function is written while the checker speaks", async () => {
    await ada.goto(at("functions"));
    await sees(ada, "called over REST, by schedules");
    await ada.getByRole("link", { name: "New function" }).first().click();
    await ada.getByLabel("Name").fill("greet");
    await ada.getByRole("button", { name: "Write it" }).click();
    const source = ada.getByLabel("Source");
    await source.fill(SOURCE.replace("name;\n\treturn", "nobody;\n\treturn"));
    await sees(ada, "Line 7");
    equal(await ada.locator(".picture .wrong").count(), 1, "the line is marked");
    await ada.getByRole("button", { name: "Line 7" }).click();
    equal(await source.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), "nobody");
    await source.fill(SOURCE);
    await sees(ada, "The checker has nothing to say.");
    equal(await ada.locator(".picture .t-comment").count() > 0, true, "colours");
    await ada.screenshot({ path: `${process.env.SHOTS}/editor.png` });
  });
  await tally.check("Tab indents, and Escape lets it leave", async () => {
    const source = ada.getByLabel("Source");
    await source.focus();
    await ada.keyboard.press("Control+End");
    await ada.keyboard.press("Tab");
    equal((await source.inputValue()).endsWith("\n\t"), true);
    await ada.keyboard.press("Backspace");
    await ada.keyboard.press("Escape");
    await ada.keyboard.press("Tab");
    equal(await ada.evaluate(() => document.activeElement.id !== "source"), true);
  });
  await tally.check("a draft is tested and its execution looked at", async () => {
    await ada.getByLabel("name text").fill("Ada");
    await ada.getByRole("button", { name: "Test this source" }).click();
    await sees(ada, "Succeeded");
    await sees(ada, "<script>document.title = 'taken'</script> Ada");
    equal((await ada.title()).includes("taken"), false, "what a script prints stays text");
    await sees(ada, "a draft");
    await ada.screenshot({ path: `${process.env.SHOTS}/execution.png`, fullPage: true });
  });
  await tally.check("it is published with a note, changed, compared and taken back", async () => {
    await ada.goto(at("functions/standalone.greet"));
    await ada.getByLabel("Source").fill(SOURCE);
    await ada.getByLabel("Note").fill("first");
    await ada.getByRole("button", { name: "Publish" }).click();
    await sees(ada, "Version 1 is in force.");
    await ada.getByLabel("Source").fill(SOURCE.replace("Hello", "Good day"));
    await ada.getByRole("button", { name: "Publish" }).click();
    await sees(ada, "Version 2 is in force.");
    await ada.getByRole("link", { name: "Versions" }).click();
    await ada.getByRole("link", { name: "Version 2" }).click();
    await sees(ada, 'Good day');
    equal(await ada.locator(".diff .added").count(), 1);
    await ada.getByRole("link", { name: "All versions" }).click();
    await ada.getByRole("button", { name: "Back to version 1" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Back to this" }).click();
    await sees(ada, "Version 3 is in force.");
  });
  await tally.check("a user runs it and changes nothing", async () => {
    await bo.goto(at("functions/standalone.greet"));
    await misses(bo, "Publish");
    await bo.getByLabel("name text").fill("Bo");
    await bo.getByRole("button", { name: "Run version 3" }).click();
    await sees(bo, "Succeeded");
    await sees(bo, "Hello, Bo");
  });
  await tally.check("the list of executions follows by itself", async () => {
    await ada.goto(at("executions"));
    const before = await ada.locator("tbody tr").count();
    const call = `${stage.url}/v1/functions/standalone.greet/executions`;
    await fetch(call, { method: "POST", headers: { authorization: `Bearer ${stage.key}` }, body: '{"name":"Cy"}' });
    await ada.waitForFunction((count) => document.querySelectorAll("tbody tr").length === count + 1, before);
    await ada.getByLabel("Search").fill("nothing like it");
    await ada.getByRole("button", { name: "Search" }).click();
    await sees(ada, "No executions");
  });
  await tally.check("a dead letter is run again and dismissed", async () => {
    const own = (path, options) => fetch(`${stage.url}/v1/${path}`, { headers: { authorization: `Bearer ${stage.key}`, prefer: "respond-async" }, ...options });
    const source = "// @retry attempts=1\nint standalone.parse(String text)\n{\n\treturn text.toLong();\n}";
    const functions = [{ file: "parse.dg", source }];
    equal((await own("deployments", { method: "POST", body: JSON.stringify({ functions }) })).status, 200);
    await own("functions/parse/executions", { method: "POST", body: '{"text": "x"}' });
    await ada.goto(at("executions"));
    await ada.getByRole("link", { name: "Dead letters" }).click();
    await sees(ada, "standalone.parse");
    await ada.screenshot({ path: `${process.env.SHOTS}/dead-letters.png`, fullPage: true });
    await ada.getByRole("button", { name: "Run again" }).click();
    await sees(ada, "Failed");
    await ada.getByRole("link", { name: "the first" }).click();
    await misses(ada, "Dismiss");
    await ada.goto(at("executions/dead-letters"));
    await ada.getByRole("button", { name: "Dismiss" }).click();
    await sees(ada, "No dead letters");
  });
  await tally.check("a schedule is previewed, made, run and switched off", async () => {
    await ada.goto(at("schedules/new"));
    await ada.getByLabel("Name", { exact: true }).fill("workdays");
    await ada.getByLabel("Repeats").selectOption("cron");
    equal(await ada.getByLabel("Every so many").isVisible(), false, "only what belongs to it");
    await ada.getByLabel("Cron expression").fill("30 9 * * MON-FRI");
    await ada.getByLabel("Arguments").fill('{"name": "Monday"}');
    await ada.getByRole("button", { name: "Preview times" }).click();
    await sees(ada, "It would run");
    await ada.screenshot({ path: `${process.env.SHOTS}/schedule-form.png`, fullPage: true });
    await ada.getByRole("button", { name: "Save" }).click();
    await sees(ada, "30 9 * * MON-FRI");
    await ada.getByRole("button", { name: "Run now" }).click();
    await sees(ada, "Hello, Monday");
    await ada.goto(at("schedules"));
    await ada.getByRole("link", { name: "workdays" }).click();
    await sees(ada, "asked for");
    await ada.getByRole("button", { name: "Switch off" }).click();
    await sees(ada, "The schedule is off.");
  });
  await tally.check("an incoming webhook shows its address once, and runs", async () => {
    const secret = plant("hook");
    await ada.goto(at("webhooks/incoming/new"));
    await ada.getByLabel("Name", { exact: true }).fill("greetings");
    await ada.getByLabel("Argument", { exact: true }).fill("name");
    await ada.getByLabel("From", { exact: true }).fill("body.who");
    await ada.getByLabel("What the sender has to show").selectOption("secret_header");
    await ada.getByLabel("Header", { exact: false }).first().fill("X-Token");
    await ada.getByLabel("Secret").fill(secret);
    await ada.getByLabel("Answer").selectOption("sync");
    await ada.getByRole("button", { name: "Save" }).click();
    const address = await ada.locator("#made-address").innerText();
    const headers = { "content-type": "application/json", "x-token": secret };
    const answer = await fetch(address, { method: "POST", headers, body: '{"who": "Di"}' });
    equal((await answer.text()).includes("Hello, Di"), true);
    await ada.goto(at("webhooks"));
    await ada.getByRole("link", { name: "greetings" }).click();
    await misses(ada, address);
  });
  await tally.check("an outgoing webhook is sent, and the delivery followed", async () => {
    await ada.goto(at("webhooks/outgoing/new"));
    await ada.getByLabel("Name", { exact: true }).first().fill("tell");
    await ada.getByLabel("Address").fill(`${stage.url}/nowhere`);
    await ada.getByRole("button", { name: "Save" }).click();
    await ada.getByRole("button", { name: "Send", exact: true }).click();
    await sees(ada, "Dead");
    await ada.screenshot({ path: `${process.env.SHOTS}/delivery.png`, fullPage: true });
    await ada.getByRole("button", { name: "Send again" }).click();
    await sees(ada, "It is sent again.");
  });
  await tally.check("what runs is written without a script, too", async () => {
    const page = await (await stage.browser.newContext({ javaScriptEnabled: false, storageState: await ada.context().storageState() })).newPage();
    await page.goto(at("functions/standalone.greet"));
    await page.getByLabel("Source").fill(SOURCE.replace("return", "return nobody;\n\treturn"));
    await page.getByRole("button", { name: "Save draft" }).click();
    await sees(page, "Line 8");
    await page.getByRole("button", { name: "Discard draft" }).click();
    await sees(page, "The checker has nothing to say.");
    await page.context().close();
  });
}
