// What pages do beyond links and forms. Everything works without it, only less comfortably.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- light and dark
const root = document.documentElement;
for (const button of all("[data-theme-switch]")) {
  button.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `ararat_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  });
}

// --- times in the reader's own zone
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
for (const time of all("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = clock.format(new Date(time.dateTime));
}

// --- notices go away
for (const toast of all("[data-toast]")) setTimeout(() => toast.remove(), 6000);

// --- copying
for (const button of all("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Press Ctrl-C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// --- tabs: arrows move, as readers of the screen expect
for (const tabs of all("[data-tabs]")) {
  const buttons = all("[role=tab]", tabs);
  const show = (chosen) => {
    for (const button of buttons) {
      const on = button === chosen;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
      document.getElementById(button.getAttribute("aria-controls")).hidden = !on;
    }
  };
  buttons.forEach((button, at) => {
    button.addEventListener("click", () => show(button));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = buttons[(at + step + buttons.length) % buttons.length];
      show(next);
      next.focus();
    });
  });
  show(buttons[0]);
}

// --- a question before what cannot be undone
for (const form of all("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sure) return;
    event.preventDefault();
    ask(form.dataset.confirm, event.submitter?.textContent.trim() || "OK").then((sure) => {
      if (!sure) return;
      form.dataset.sure = "yes";
      form.requestSubmit(event.submitter ?? undefined);
    });
  });
}

function ask(question, yes) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = question;
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  const button = (label, name, value) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = name;
    made.textContent = label;
    made.addEventListener("click", () => dialog.close(value));
    buttons.append(made);
    return made;
  };
  const cancel = button("Cancel", "", "");
  button(yes, "danger", "yes");
  dialog.setAttribute("aria-label", question);
  dialog.append(text, buttons);
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
  return new Promise((done) => dialog.addEventListener("close", () => {
    const sure = dialog.returnValue === "yes";
    dialog.remove();
    done(sure);
  }));
}

// --- lists that are narrowed while one types
for (const input of all("[data-filter]")) {
  const items = all(input.dataset.filter);
  const none = document.querySelector(input.dataset.none ?? "#-");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const text = (item.dataset.text ?? item.textContent).toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) shown += 1;
    }
    if (none) none.hidden = shown > 0;
  });
}

// --- a link name follows the name until someone writes one
for (const name of all("[data-names]")) {
  const link = document.getElementById(name.dataset.names);
  const from = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+/, "").slice(0, 50).replace(/_+$/, "");
  let own = link.value !== "" && link.value !== from(name.value);
  link.addEventListener("input", () => { own = link.value !== ""; });
  name.addEventListener("input", () => { if (!own) link.value = from(name.value); });
}

// --- fields that are needed where they are shown
for (const field of all("[data-needed]")) field.required = true;

// --- parts of a form that belong to a choice
for (const select of all("[data-chooses]")) {
  const show = () => {
    for (const part of all(`[data-for="${select.dataset.chooses}"]`)) {
      const on = part.dataset.when.split(" ").includes(select.value);
      part.hidden = !on;
      for (const field of all("input, select, textarea", part)) field.disabled = !on;
    }
  };
  select.addEventListener("change", show);
  show();
}

// --- rows that can be repeated
for (const button of all("[data-repeat]")) {
  button.addEventListener("click", () => {
    const rows = all(button.dataset.repeat);
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    for (const field of all("input, select", row)) {
      if (field.tagName === "INPUT") { field.value = ""; field.readOnly = false; }
      const id = `${field.id.replace(/-\d+$/, "")}-${rows.length}`;
      const label = row.querySelector(`label[for="${field.id}"]`);
      if (label) label.htmlFor = id;
      field.id = id;
    }
    last.after(row);
    row.querySelector("input")?.focus();
  });
}
