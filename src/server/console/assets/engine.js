// Colours for Deluge, the editor, and pages that follow what runs. Everything works without it, only less comfortably.
"use strict";

// --- colours: comments, texts, numbers, words of the language, calls
const WORDS = new Set(("bigint bool boolean break catch collection continue date decimal delete do each else false file finally float for geturl if in " +
  "index info insert int into invokeapi invokeurl list map null openurl posturl return sendmail sendsms string text throw time timestamp " +
  "true try void while").split(" "));
const TOKEN = /(\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*)|("(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)(\s*\()?/g;

/** Pieces of a text as [class, text], in order. */
function coloured(text) {
  const pieces = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [whole, comment, quoted, number, word, call] = found;
    if (found.index > at) pieces.push(["", text.slice(at, found.index)]);
    if (comment) pieces.push(["t-comment", comment]);
    else if (quoted) pieces.push(["t-text", quoted]);
    else if (number) pieces.push(["t-number", number]);
    else {
      pieces.push([WORDS.has(word.toLowerCase()) ? "t-word" : call ? "t-call" : "", word]);
      if (call) pieces.push(["", call]);
    }
    at = found.index + whole.length;
  }
  if (at < text.length) pieces.push(["", text.slice(at)]);
  return pieces;
}

/** The coloured text as lines of their own. */
function lines_of(text, classes) {
  const lines = [];
  const begin = () => {
    const line = document.createElement("span");
    line.className = `line ${classes.get(lines.length + 1) ?? ""}`.trim();
    lines.push(line);
  };
  begin();
  for (const [name, piece] of coloured(text)) {
    piece.split("\n").forEach((part, index) => {
      if (index > 0) {
        lines[lines.length - 1].append("\n");
        begin();
      }
      if (part === "") return;
      if (name === "") { lines[lines.length - 1].append(part); return; }
      const span = document.createElement("span");
      span.className = name;
      span.textContent = part;
      lines[lines.length - 1].append(span);
    });
  }
  return lines;
}

function colour(area = document) {
  for (const block of all("[data-deluge]", area)) {
    const code = block.querySelector("code");
    const classes = new Map();
    all(".line", code).forEach((line, at) => { if (line.classList.contains("marked")) classes.set(at + 1, "marked"); });
    code.replaceChildren(...lines_of(code.textContent.replace(/\n$/, ""), classes));
  }
}
colour();
document.querySelector(".source .marked")?.scrollIntoView?.({ block: "nearest" });

// --- the editor: what is typed lies over its own coloured picture
for (const form of all("form[data-editor]")) edit(form);

function edit(form) {
  const source = form.querySelector("[data-source]");
  const frame = form.querySelector("[data-frame]");
  const problems = form.querySelector("[data-problems]");
  const inputs = document.querySelector("[data-arguments]");
  let shown;
  const picture = document.createElement("pre");
  picture.className = "picture source";
  picture.setAttribute("aria-hidden", "true");
  frame.prepend(picture);
  frame.classList.add("live");
  let classes = new Map();
  const paint = () => {
    picture.replaceChildren(...lines_of(source.value, classes));
    follow();
  };
  const follow = () => { picture.scrollTop = source.scrollTop; picture.scrollLeft = source.scrollLeft; };
  const saved = source.value;
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => { if (!leaving && !source.readOnly && source.value !== saved) event.preventDefault(); });

  // The latest answer counts; an answer to an older text does not.
  let waiting;
  let asked = 0;
  const check = async () => {
    const turn = asked += 1;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch("/console/check", { method: "POST", body, headers: { "x-csrf-token": form.elements.csrf.value } });
      if (!answer.ok || answer.redirected || turn !== asked) return;
      const { diagnostics, arguments: fields } = await answer.json();
      classes = new Map(diagnostics.map((one) => [one.line, one.severity === "error" ? "wrong" : "doubtful"]));
      tell(problems, diagnostics, source);
      // What the source declares, with what was filled in, unless somebody is filling it in now.
      if (fields !== null && fields !== shown && !inputs.contains(document.activeElement)) inputs.innerHTML = shown = fields;
      paint();
    } catch { /* The next change asks again. */ }
  };
  source.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, 350);
    paint();
  });
  source.addEventListener("scroll", follow);
  keys(form, source);
  paint();
  check();
}

/** Lists messages; each leads to its line. */
function tell(problems, diagnostics, source) {
  if (diagnostics.length === 0) {
    const none = document.createElement("p");
    none.className = "muted";
    none.textContent = "The checker has nothing to say.";
    problems.replaceChildren(none);
    return;
  }
  const list = document.createElement("ul");
  for (const one of diagnostics) {
    const item = document.createElement("li");
    item.className = one.severity;
    const place = document.createElement("button");
    place.type = "button";
    place.className = "place";
    place.textContent = `Line ${one.line}`;
    place.addEventListener("click", () => select(source, one));
    const text = document.createElement("span");
    text.textContent = one.message;
    if (one.help) {
      const help = document.createElement("small");
      help.className = "muted";
      help.textContent = one.help;
      text.append(document.createElement("br"), help);
    }
    item.append(place, text);
    list.append(item);
  }
  problems.replaceChildren(list);
}

/** Columns count characters, not the halves of one. */
function offset(text, line, column) {
  const before = text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const here = text.split("\n")[line - 1] ?? "";
  return before + [...here].slice(0, column - 1).join("").length;
}

function select(source, one) {
  const [from, to] = [offset(source.value, one.line, one.column), offset(source.value, one.end_line, one.end_column)];
  source.focus();
  source.setSelectionRange(from, Math.max(from, to));
  source.scrollTop = Math.max(0, (one.line - 5) * parseFloat(getComputedStyle(source).lineHeight));
}

/** Tab indents until Escape was pressed, so that the keyboard can leave. */
function keys(form, source) {
  let leaves = false;
  const put = (text) => {
    // Keeps what was typed before undoable.
    if (!document.execCommand("insertText", false, text)) {
      source.setRangeText(text, source.selectionStart, source.selectionEnd, "end");
      source.dispatchEvent(new Event("input"));
    }
  };
  const press = (selector) => form.ownerDocument.querySelector(selector)?.click();
  source.addEventListener("blur", () => { leaves = false; });
  source.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Escape") leaves = true;
    else if (source.readOnly) return;
    else if (event.key === "Tab" && !event.shiftKey && !leaves) { event.preventDefault(); put("\t"); }
    else if (event.key === "Enter" && command) { event.preventDefault(); press("[data-test]"); }
    else if (event.key === "s" && command) { event.preventDefault(); press("[data-save]"); }
    else if (event.key === "Enter") {
      const line = source.value.slice(0, source.selectionStart).split("\n").pop();
      event.preventDefault();
      put(`\n${line.match(/^[ \t]*/)[0]}`);
    }
  });
}

// --- parts of a page that are fetched anew while something runs
for (const part of all("[data-live]")) follow(part);

function follow(part) {
  const isRead = () => part.contains(document.activeElement) || part.contains(getSelection().anchorNode) && !getSelection().isCollapsed;
  const turn = async () => {
    if (!document.hidden && !isRead()) {
      try {
        const answer = await fetch(part.dataset.live);
        // Signed out, or gone: the page stays as it is.
        if (!answer.ok || answer.redirected) return;
        const text = await answer.text();
        if (text !== part.dataset.shown && !isRead()) {
          part.innerHTML = text;
          part.dataset.shown = text;
          local_times(part);
          colour(part);
        }
      } catch { /* The engine may be back in a moment. */ }
    }
    if (!part.querySelector("[data-settled]")) setTimeout(turn, 1500);
  };
  setTimeout(turn, 1500);
}

function local_times(part) {
  for (const time of all("time[datetime]", part)) {
    time.title = time.textContent;
    time.textContent = clock.format(new Date(time.dateTime));
  }
}
