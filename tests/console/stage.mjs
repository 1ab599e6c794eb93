// What the checks stand on: processes, a browser that reports everything unusual, and a tally.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const ARARAT = process.env.ARARAT_BIN;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

/** Texts that no page, log or database may ever hold. */
export const PLANTED = [];

/** Makes a secret that must be found nowhere. */
export function plant(name) {
  const secret = `planted-${name}-${Math.random().toString(36).slice(2)}`;
  PLANTED.push(secret);
  return secret;
}

/** Starts a process and reads its lines until one satisfies. */
async function start(args, options, isReady) {
  const child = spawn(ARARAT, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const log = [];
  child.stderr.on("data", (text) => log.push(String(text)));
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (isReady(line)) break;
  }
  child.stdout.resume();
  const stop = () => new Promise((done) => { child.once("exit", done); child.kill("SIGINT"); });
  if (lines.length === 0) throw new Error(`${args[0]} did not start: ${log.join("")}`);
  return { lines, log, stop };
}

/** A running sandbox, an engine on an empty folder, and a browser. */
export async function open() {
  const folder = mkdtempSync(join(tmpdir(), "ararat-console-"));
  const sandbox = await start(["sandbox", "--json"], {}, () => true);
  const env = { ...process.env, ARARAT_HOME: join(folder, "home") };
  const engine = await start(["serve", "--port", "0", "--allow-host", "127.0.0.1"], { cwd: folder, env }, (line) => line.includes("Ctrl-C"));
  const found = (pattern) => engine.lines.map((line) => line.match(pattern)?.[0]).find(Boolean);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: FLAGS });
  const stage = {
    folder,
    sandbox: JSON.parse(sandbox.lines[0]),
    url: found(/http:\/\/127\.0\.0\.1:\d+/),
    setUp: found(/http:\S+welcome\?token=\w+/),
    key: found(/1003\.\S+/),
    browser,
    unusual: [],
    log: engine.log,
  };
  PLANTED.push(stage.sandbox.client_secret, stage.sandbox.refresh_token, stage.key);
  stage.close = async () => {
    await browser.close();
    await engine.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return stage;
}

/** A browser of its own for one person, watched. */
export async function person(stage, options = {}) {
  const context = await stage.browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  watch(stage, page);
  return page;
}

/** Notes whatever a page of the console should not do: load from elsewhere, break its policy, fail. */
function watch(stage, page) {
  const isOurs = (url) => url.startsWith(stage.url) || url.startsWith("data:");
  page.on("request", (request) => {
    const isDocument = request.isNavigationRequest();
    if (!isDocument && !isOurs(request.url()) && isOurs(page.url())) stage.unusual.push(`loads ${request.url()} on ${page.url()}`);
  });
  page.on("console", (message) => {
    const expected = /Failed to load resource: the server responded with a status of (4\d\d|502)/.test(message.text());
    if (message.type() === "error" && !expected) stage.unusual.push(`${message.text()} on ${page.url()}`);
  });
  page.on("pageerror", (error) => stage.unusual.push(`${error.message} on ${page.url()}`));
  page.on("response", async (response) => {
    if (!isOurs(response.url()) || !(response.headers()["content-type"] ?? "").startsWith("text/html")) return;
    const text = await response.text().catch(() => "");
    for (const secret of PLANTED) if (text.includes(secret)) stage.unusual.push(`${secret} stands on ${response.url()}`);
    if (response.status() >= 500 && response.status() !== 502) stage.unusual.push(`${response.status()} at ${response.url()}`);
  });
}

/** Everything that is wrong with the controls of a page: no label, not reached by the keyboard, one id twice. */
export function wrongs(page) {
  return page.evaluate(() => {
    const wrong = [];
    const all = [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")];
    for (const control of all) {
      const labels = control.labels ? [...control.labels].map((label) => label.textContent).join("") : "";
      const name = control.getAttribute("aria-label") || labels || control.textContent || control.title;
      if (!name.trim()) wrong.push(`no name: ${control.outerHTML.slice(0, 120)}`);
      if (control.tabIndex < 0 && control.getAttribute("role") !== "tab" && !control.hidden && !control.classList.contains("hidden")) {
        wrong.push(`not reached: ${control.outerHTML.slice(0, 120)}`);
      }
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push(`id twice: ${id}`);
    if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
    if (!document.documentElement.lang || !document.title) wrong.push("no language or title");
    return wrong;
  });
}

/** Texts whose contrast is below 4.5 to 1. */
export function pale(page) {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => {
      const part = (c) => { const s = c / 255; return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; };
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = rgba(getComputedStyle(at).backgroundColor);
        if (color[3] > 250) return color;
      }
      return [255, 255, 255, 255];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.textContent.trim() || !element.checkVisibility?.()) continue;
      const color = rgba(getComputedStyle(element).color);
      // An editor's own text is not seen: it lies over its coloured picture, which is looked at instead.
      if (color[3] === 0) continue;
      const [a, b] = [light(color), light(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) found.push(`${ratio.toFixed(2)} “${node.textContent.trim().slice(0, 40)}”`);
    }
    return [...new Set(found)];
  });
}

/** Runs checks, prints a line for each, and counts. */
export class Tally {
  passed = 0;
  failed = 0;

  async check(name, act) {
    try {
      await act();
      this.passed += 1;
      console.log(`ok ${name}`);
    } catch (error) {
      this.failed += 1;
      const place = String(error.stack ?? "").split("\n").find((line) => line.includes(".mjs")) ?? "";
      console.log(`FAILED ${name}: ${String(error.message).slice(0, 800)} (${place.trim()})`);
    }
  }
}

export function equal(found, expected, what = "") {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what} expected ${b}, found ${a}`);
}

/** Holds that the page shows a text, at once or when it is there. */
export async function sees(page, text) {
  let body = "";
  for (let tries = 0; tries < 50; tries += 1) {
    // A page on its way out has no body to read.
    body = await page.locator("body").innerText().catch(() => "");
    if (body.includes(text)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`expected “${text}” on ${page.url()}, found:\n${body.slice(0, 600)}`);
}

export async function misses(page, text) {
  const body = await page.locator("body").innerText();
  if (body.includes(text)) throw new Error(`expected no “${text}” on ${page.url()}`);
}

/** Every file below a folder that holds one of the planted secrets. */
export function files_with_secrets(folder) {
  const found = [];
  const look = (path) => {
    for (const name of readdirSync(path)) {
      const at = join(path, name);
      if (statSync(at).isDirectory()) look(at);
      else {
        const content = readFileSync(at).toString("latin1");
        for (const secret of PLANTED) if (content.includes(secret)) found.push(`${secret} in ${at}`);
      }
    }
  };
  look(folder);
  return found;
}
