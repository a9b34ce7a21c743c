"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const search = document.getElementById("search");
  if (!search) return;
  const status = document.getElementById("status");
  const boxes = all(".classes input");
  const articles = all("article");
  const rows = new Map(articles.map((article) => [article, all("tr[class]", article)]));
  const sections = all("section, #declared");
  const folds = all("details.declared");
  const entries = all("article, .members li[id]");

  // What is searched: the text of an object without the button labels that are added below.
  const texts = new Map();
  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  entries.forEach(text);
  all(".members li").forEach(text);

  const words = () => search.value.trim().toLowerCase();
  const rank = (entry, wanted) => {
    const id = entry.id.toLowerCase();
    const name = id.slice(id.indexOf(":") + 1);
    if (id === wanted || name === wanted) return entry.id.startsWith("repeated:") ? 1 : 0;
    if (name.startsWith(wanted)) return 2;
    return id.includes(wanted) ? 3 : 4;
  };

  const apply = () => {
    const wanted = words();
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    const matches = (element) => !wanted || text(element).includes(wanted) || (element.id || "").toLowerCase().includes(wanted);
    let count = 0;
    for (const article of articles) {
      for (const row of rows.get(article)) row.hidden = row.className !== "declared" && off.has(row.className);
      const fits = rows.get(article).length === 0 || rows.get(article).some((row) => !row.hidden);
      article.hidden = !fits || !matches(article);
      if (!article.hidden) count++;
      for (const list of all(".members", article)) {
        const own = all("li", list).filter(matches);
        for (const item of all("li", list)) item.hidden = own.length > 0 && !own.includes(item);
        list.open = wanted !== "" && own.length > 0;
      }
    }
    for (const section of sections) section.hidden = !all("article", section).some((article) => !article.hidden);
    for (const fold of folds) fold.open = !off.has("declared") || (wanted !== "" && text(fold).includes(wanted));
    status.textContent = count === articles.length ? "" : count === 0 ? "Nothing matches." : `${count} of ${articles.length} shown.`;
  };

  const go = (entry) => {
    for (let fold = entry.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    entry.tabIndex = -1;
    entry.focus({ preventScroll: true });
    entry.scrollIntoView({ block: entry.offsetHeight > innerHeight / 2 ? "start" : "center" });
  };
  const visible = () => entries.filter((entry) => entry.checkVisibility());

  const follow = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* It is the id as it is. */ }
    const entry = id.includes(":") && document.getElementById(id);
    if (!entry) return;
    if (entry.closest("[hidden]")) {
      search.value = "";
      for (const box of boxes) if (box.value !== "declared") box.checked = true;
      apply();
    }
    go(entry);
  };

  const step = (by) => {
    const list = visible();
    const current = document.activeElement.closest("article, .members li[id]");
    const at = list.indexOf(current);
    const next = at < 0 ? (by > 0 ? list[0] : list[list.length - 1]) : list[at + by];
    if (next) go(next);
  };

  const firstMatch = () => {
    const wanted = words();
    const fitting = entries.filter((entry) => !entry.closest("[hidden]"));
    if (wanted) fitting.sort((a, b) => rank(a, wanted) - rank(b, wanted));
    if (fitting.length) go(fitting[0]);
  };

  const clear = () => {
    search.value = "";
    apply();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target === search;
    if (event.key === "Escape" && (typing || search.value)) {
      if (typing && !search.value) search.blur();
      clear();
    } else if (event.key === "Enter" && typing) {
      firstMatch();
    } else if (typing) {
      return;
    } else if (event.key === "/") {
      search.focus();
      search.select();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  });
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", apply);
  for (const box of boxes) {
    box.hidden = false;
    box.addEventListener("change", apply);
  }
  addEventListener("hashchange", follow);

  const button = (label, after, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => act(made));
    after.after(made);
    return made;
  };

  const copied = (code) => {
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    const done = document.execCommand("copy");
    getSelection().removeAllRanges();
    return done;
  };
  for (const code of all("code.remedy")) {
    button("Copy", code, async (made) => {
      let done = true;
      try { await navigator.clipboard.writeText(code.textContent); } catch { done = copied(code); }
      made.textContent = done ? "Copied" : "Not copied";
      status.textContent = made.textContent + ".";
    });
  }

  for (const link of all("a.picture")) {
    let picture;
    button("Show picture", link, (made) => {
      const gone = picture;
      const remove = (label) => {
        picture.remove();
        picture = undefined;
        made.textContent = label;
      };
      if (gone) return remove("Show picture");
      picture = new Image();
      picture.alt = link.closest("td").cellIndex === 1 ? "before" : "after";
      picture.referrerPolicy = "no-referrer";
      picture.onerror = () => remove("The picture cannot be reached");
      picture.src = link.href;
      made.textContent = "Hide picture";
      made.after(picture);
    });
  }

  // Both sides of a text open together.
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.whole")) return;
    for (const other of all("details.whole", event.target.closest("tr"))) other.open = event.target.open;
  }, true);

  // A page is printed with everything open.
  let opened = [];
  matchMedia("print").addEventListener("change", (print) => {
    if (print.matches) opened = all("details:not([open])");
    for (const fold of opened) fold.open = print.matches;
    if (!print.matches) opened = [];
  });

  document.getElementById("tools").hidden = false;
  apply();
  follow();
})();
