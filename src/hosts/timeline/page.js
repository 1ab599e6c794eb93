"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("page");
const span = Math.max(data.ms, ...data.events.map((event) => event.at + event.ms), 1);
const view = { from: 0, to: span, kind: "all", find: "" };
const lines = data.sources.map((source) => source.text.split("\n"));

/** An element with attributes and children; texts are never read as HTML. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") element.style.cssText = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function duration(ms) {
  if (ms >= 60000) return Math.floor(ms / 60000) + " min " + Math.round((ms % 60000) / 1000) + " s";
  if (ms >= 1000) return (ms / 1000).toFixed(ms >= 10000 ? 1 : 2) + " s";
  return (ms >= 10 ? Math.round(ms) : Math.round(ms * 10) / 10) + " ms";
}

function bytes(count) {
  if (count === null || count === undefined) return "";
  if (count >= 1048576) return (count / 1048576).toFixed(1) + " MB";
  if (count >= 1024) return (count / 1024).toFixed(1) + " kB";
  return count + " B";
}

const kindOf = (event) => Object.keys(event.what)[0];

/** Good, warn or bad: how an event went. */
function mood(event) {
  const what = event.what[kindOf(event)];
  if (what.fault) return "bad";
  if (kindOf(event) !== "called") return "";
  if (what.status >= 500 || what.status === null) return "bad";
  return what.status >= 400 ? "warn" : "";
}

function placeOf(event) {
  if (!event.place) return "";
  const name = event.place.source > 0 && data.sources[event.place.source] ? data.sources[event.place.source].name + ":" : "";
  return name + event.place.line;
}

function sourceLine(event) {
  const line = event.place && lines[event.place.source] && lines[event.place.source][event.place.line - 1];
  return line ? line.trim() : "";
}

function textOf(event) {
  return (JSON.stringify(event.what) + " " + sourceLine(event)).toLowerCase();
}

function isShown(event) {
  const kinds = { all: true, calls: kindOf(event) === "called", output: kindOf(event) === "printed", problems: mood(event) !== "" };
  return kinds[view.kind] && (!view.find || textOf(event).includes(view.find));
}

function label(event) {
  const kind = kindOf(event);
  const what = event.what[kind];
  if (kind === "called") {
    return make("div", { class: "what" }, make("b", {}, what.origin || "request"), make("span", { class: "url", title: what.method + " " + what.url }, what.method + " " + what.url));
  }
  if (kind === "mailed") return make("div", { class: "what" }, make("b", {}, "sendmail"), make("span", { class: "url" }, "to " + what.to + ": " + what.subject));
  const short = what.text.split("\n")[0].slice(0, 300);
  return make("div", { class: "what" }, make("span", { class: "said" + (kind === "printed" ? "" : " faint"), title: what.text.slice(0, 500) }, short || " "));
}

function side(title, it) {
  const head = it.headers.map(([name, value]) => name + ": " + value).join("\n");
  let body = it.body;
  try { body = JSON.stringify(JSON.parse(body), null, 2); } catch (_) { /* no JSON: as it is */ }
  if (!head && !body) return null;
  return make("div", {}, make("h3", {}, title), make("pre", { class: "wrap" }, [head, body].filter(Boolean).join("\n\n")));
}

function more(event) {
  const kind = kindOf(event);
  const what = event.what[kind];
  const parts = [];
  const code = sourceLine(event);
  if (code) parts.push(make("div", {}, make("h3", {}, "line " + placeOf(event)), make("pre", {}, code)));
  if (what.fault) parts.push(make("div", { class: "bad" }, what.fault));
  if (kind === "called") {
    const connection = what.connection ? ", connection " + what.connection : "";
    parts.push(make("div", { class: "faint" }, "began at " + duration(event.at) + ", took " + duration(event.ms) + connection));
    parts.push(make("div", {}, make("h3", {}, what.method), make("pre", { class: "wrap" }, what.url)));
    parts.push(make("div", { class: "sides" }, side("sent", what.sent), side("received", what.received)));
  } else if (kind === "printed" || kind === "told") {
    parts.push(make("pre", { class: "wrap" }, what.text));
  }
  return make("div", { class: "more" }, ...parts);
}

function row(event) {
  const kind = kindOf(event);
  const what = event.what[kind];
  const status = kind === "called" ? (what.status === null ? "failed" : String(what.status)) : "";
  const colour = mood(event) || (kind === "called" ? "good" : "faint");
  const bar = make("i", { class: mood(event) + (event.ms > 0 ? "" : " dot") });
  const summary = make("summary", { class: "row" },
    make("span", { class: "place", title: sourceLine(event) }, placeOf(event)), label(event),
    make("span", { class: "right " + colour }, status), make("span", { class: "right size faint" }, kind === "called" ? bytes(what.size) : ""),
    make("span", { class: "right faint" }, event.ms > 0 ? duration(event.ms) : "+" + duration(event.at)), make("div", { class: "bar" }, bar));
  const details = make("details", { class: kind === "called" ? "call" : "mail" }, summary);
  details.addEventListener("toggle", () => { if (details.open && !details.querySelector(".more")) details.append(more(event)); });
  return { event, details, bar };
}

const rows = data.events.map(row);
const list = make("div", {});
const ticks = make("div", { class: "ticks" });
const frame = make("div", { class: "view" });
const overview = make("div", { class: "overview", title: "Drag over a part to look closer; double-click for all" }, frame);

function place(bar, event) {
  const width = view.to - view.from;
  const left = ((event.at - view.from) / width) * 100;
  bar.style.left = left + "%";
  if (event.ms > 0) bar.style.width = Math.max((event.ms / width) * 100, 0) + "%";
  bar.style.visibility = event.at > view.to || event.at + event.ms < view.from ? "hidden" : "";
}

/** A step of 1, 2 or 5 times a power of ten that fits about five times. */
function step(width) {
  const rough = width / 5;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  return [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
}

function drawScale() {
  const size = step(view.to - view.from);
  const marks = [];
  for (let at = Math.ceil(view.from / size) * size; at <= view.to; at += size) {
    const left = ((at - view.from) / (view.to - view.from)) * 100;
    if (left < 92) marks.push(make("span", { style: "left:" + left + "%" }, duration(at)));
  }
  ticks.replaceChildren(...marks);
  frame.style.left = (view.from / span) * 100 + "%";
  frame.style.right = (1 - view.to / span) * 100 + "%";
  frame.hidden = view.from === 0 && view.to === span;
}

function draw() {
  const shown = rows.filter(({ event }) => isShown(event) && event.at <= view.to && event.at + event.ms >= view.from);
  shown.forEach(({ bar, event }) => place(bar, event));
  list.replaceChildren(...(shown.length ? shown.map(({ details }) => details) : [make("div", { class: "none" }, "Nothing here.")]));
  drawScale();
}

function look(from, to) {
  const least = Math.min(span, Math.max(span / 5000, 0.5));
  const width = Math.min(Math.max(to - from, least), span);
  view.from = Math.min(Math.max(from, 0), span - width);
  view.to = view.from + width;
  draw();
}

function zoom(factor) {
  const middle = (view.from + view.to) / 2;
  const half = ((view.to - view.from) * factor) / 2;
  look(middle - half, middle + half);
}

function fillOverview() {
  const ends = [];
  for (const event of data.events) {
    if (event.ms === 0) {
      overview.append(make("i", { class: "dot", style: "left:" + (event.at / span) * 100 + "%" }));
      continue;
    }
    // Requests one after the other share a lane; those that overlap get their own.
    let lane = ends.findIndex((end) => end <= event.at);
    if (lane < 0) lane = ends.length < 3 ? ends.length : 2;
    ends[lane] = event.at + event.ms;
    overview.append(make("i", { class: mood(event), style: "left:" + (event.at / span) * 100 + "%;width:" + (event.ms / span) * 100 + "%;top:" + (6 + lane * 10) + "px" }));
  }
  let from = null;
  const at = (pointer) => {
    const box = overview.getBoundingClientRect();
    return Math.min(Math.max((pointer.clientX - box.left) / box.width, 0), 1) * span;
  };
  overview.addEventListener("pointerdown", (pointer) => { from = at(pointer); overview.setPointerCapture(pointer.pointerId); });
  overview.addEventListener("pointermove", (pointer) => {
    if (from !== null && Math.abs(at(pointer) - from) > span / 200) look(Math.min(from, at(pointer)), Math.max(from, at(pointer)));
  });
  overview.addEventListener("pointerup", () => { from = null; });
  overview.addEventListener("dblclick", () => look(0, span));
}

function figures() {
  const calls = data.events.filter((event) => kindOf(event) === "called");
  const waited = calls.reduce((sum, event) => sum + event.ms, 0);
  const received = calls.reduce((sum, event) => sum + (event.what.called.size || 0), 0);
  const all = [[duration(data.ms), "in all"], [String(calls.length), calls.length === 1 ? "request" : "requests"]];
  if (calls.length) all.push([duration(waited), "waiting, " + Math.round((waited / span) * 100) + " % of the time"], [bytes(received), "received"]);
  for (const used of data.used) {
    const at = used.indexOf(" ");
    all.push([used.slice(0, at), used.slice(at + 1)]);
  }
  return make("dl", { class: "figures" }, ...all.map(([figure, name]) => make("div", {}, make("dd", {}, figure), make("dt", {}, name))));
}

function tools() {
  const kinds = [["all", "All"], ["calls", "Requests"], ["output", "Output"], ["problems", "Problems"]];
  const buttons = kinds.map(([kind, name]) => make("button", {
    "aria-pressed": String(view.kind === kind),
    onclick: (click) => {
      view.kind = kind;
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === click.target)));
      draw();
    },
  }, name));
  const find = make("input", { type: "search", placeholder: "Find", "aria-label": "Find", oninput: (input) => { view.find = input.target.value.toLowerCase(); draw(); } });
  return make("div", { class: "tools" }, ...buttons, find, make("span", { class: "space" }),
    make("button", { onclick: () => zoom(0.5), "aria-label": "Look closer" }, "+"),
    make("button", { onclick: () => zoom(2), "aria-label": "Look from further away" }, "−"),
    make("button", { onclick: () => look(0, span) }, "Whole run"));
}

function ending() {
  if (data.ending === "ran") return make("span", { class: "badge good" }, "ran");
  if (data.ending.failed) return make("span", { class: "badge bad" }, "failed");
  return null;
}

const scale = make("div", { class: "scale" }, make("span", { class: "right" }, "line"), make("span", {}, "what"), make("span", { class: "right" }, "status"),
  make("span", { class: "right size" }, "size"), make("span", { class: "right" }, "time"), ticks);
page.replaceChildren(
  make("div", { class: "top" }, make("h1", {}, data.title), ending()),
  make("p", { class: "began" }, data.began.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC")),
  figures());
if (data.ending.failed) page.append(make("div", { class: "report" }, make("pre", {}, data.ending.failed.report)));
page.append(tools(), make("div", { class: "card" }, overview, scale, list));
if (data.left_out) page.append(make("footer", {}, data.left_out + " later events were too many to keep."));
fillOverview();
draw();
