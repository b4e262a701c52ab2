"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);

  // ---- search: every word has to be somewhere in what is told; names go first, then columns and comments
  const input = one("#search"), found = one("#found"), beside = one(".beside"), overview = one("#overview");
  let entries = null;
  const entriesOf = () => entries ??= all("article").map((article) => {
    const link = one(`nav a[href="#${article.id}"]`);
    const told = (selector) => all(selector, article).map((part) => part.textContent).join("\n").toLowerCase();
    return { article, link, item: link.parentElement, name: article.dataset.name.toLowerCase(),
      near: told("h3, .told, .columns td:first-child, .columns .what, .values"), rest: told("table, pre, .facts, .signature") };
  });
  const rank = (entry, words) =>
    words.every((word) => entry.name.includes(word)) ? (entry.name.split(/[. ]/).includes(words[0]) ? 0 : 1)
      : words.every((word) => entry.near.includes(word) || entry.name.includes(word)) ? 2
      : words.every((word) => entry.name.includes(word) || entry.near.includes(word) || entry.rest.includes(word)) ? 3 : -1;
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    for (const entry of entriesOf()) {
      const place = words.length ? rank(entry, words) : 0;
      entry.article.hidden = entry.item.hidden = place < 0;
      entry.item.style.order = entry.article.style.order = place;
      number += place >= 0;
      for (const row of all(".columns tbody tr", entry.article)) {
        const name = row.cells[0].textContent.toLowerCase();
        row.classList.toggle("hit", words.some((word) => name.includes(word)));
      }
    }
    for (const group of all("nav section, .schema")) {
      group.hidden = words.length > 0 && !all("li, article", group).some((part) => !part.hidden);
    }
    overview.hidden = words.length > 0;
    found.textContent = words.length ? `${number} of ${entries.length} found` : "";
    if (words.length) beside.classList.add("open");
  };
  input.addEventListener("input", search);

  const shown = () => all("nav li").filter((item) => !item.hidden && !item.closest("[hidden]"))
    .map((item, place) => [Number(item.style.order || 0), groupOf(item), place, one("a", item)])
    .sort((a, b) => a[1] - b[1] || a[0] - b[0] || a[2] - b[2]).map((row) => row[3]);
  const groups = all("nav section");
  const groupOf = (item) => groups.indexOf(item.closest("section"));
  const best = () => shown().sort((a, b) => (a.parentElement.style.order || 0) - (b.parentElement.style.order || 0))[0];

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === "Escape" && (input.value || event.target === input)) {
      input.value = "";
      search();
      beside.classList.remove("open");
      input.focus();
    } else if (event.key === "Enter" && event.target === input) {
      best()?.click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (event.target === input || event.target.closest("nav"))) {
      event.preventDefault();
      const links = shown(), at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (at < 0 ? input : links[Math.min(at, links.length - 1)])?.focus();
    }
  });
  one(".toggle").addEventListener("click", (event) => {
    event.currentTarget.setAttribute("aria-expanded", beside.classList.toggle("open"));
  });
  one("nav").addEventListener("click", (event) => {
    if (event.target.closest("a")) beside.classList.remove("open");
  });

  // A link to what the search hides shows everything again.
  const here = () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (target?.closest("[hidden]")) {
      input.value = "";
      search();
    }
    if (target) {  // articles that were not seen yet have a height that is guessed: until they are drawn the place moves
      let again = 4;
      const settle = () => {
        target.scrollIntoView();
        if (--again) requestAnimationFrame(settle);
      };
      settle();
    }
    for (const link of all("nav a")) {
      const is = link.getAttribute("href") === location.hash;
      link.classList.toggle("here", is);
      if (is) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", here);
  here();

  // ---- light and dark
  const theme = one("#theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const told = () => theme.setAttribute("aria-pressed", isDark());
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", document.documentElement.dataset.theme); } catch { /* a file may not keep anything */ }
    told();
  });
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  } catch { /* as above */ }
  dark.addEventListener("change", told);
  told();

  // ---- one diagram at a time
  const tabs = all(".tabs button"), panes = all(".pane");
  const choose = (tab) => {
    for (const other of tabs) other.setAttribute("aria-selected", other === tab), other.tabIndex = other === tab ? 0 : -1;
    for (const pane of panes) pane.hidden = pane.id !== tab.getAttribute("aria-controls");
    const figure = one(".pane:not([hidden]) .canvas");
    if (figure) fit(figure);
  };
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      next.focus();
      choose(next);
    });
  }

  // ---- pan and zoom: the part of a drawing that is seen is its viewBox
  const views = new WeakMap();
  const set = (canvas, x, y, width) => {
    const svg = one("svg", canvas), ratio = canvas.clientHeight / Math.max(1, canvas.clientWidth);
    views.set(canvas, { x, y, width });
    svg.setAttribute("viewBox", `${x} ${y} ${width} ${width * ratio}`);
  };
  const whole = new WeakMap();
  const fit = (canvas) => {
    const box = whole.get(canvas), ratio = canvas.clientHeight / Math.max(1, canvas.clientWidth);
    const width = Math.max(box.width, box.height / ratio, canvas.clientWidth * 0.9);
    set(canvas, box.x - (width - box.width) / 2, box.y - (width * ratio - box.height) / 2, width);
  };
  const zoom = (canvas, by, px = 0.5, py = 0.5) => {
    const { x, y, width } = views.get(canvas), ratio = canvas.clientHeight / canvas.clientWidth;
    const next = Math.min(Math.max(width / by, 120), Math.max(whole.get(canvas).width, 400) * 4);
    set(canvas, x + (width - next) * px, y + (width - next) * ratio * py, next);
  };
  for (const canvas of all(".canvas.large")) {
    const svg = one("svg", canvas), base = svg.viewBox.baseVal, pointers = new Map();
    whole.set(canvas, { x: base.x, y: base.y, width: base.width, height: base.height });
    const seen = canvas.closest("main").clientWidth - 80, high = base.height * Math.min(1, seen / base.width);
    canvas.style.height = `min(76vh, ${Math.max(240, Math.round(high))}px)`;
    canvas.classList.add("live");
    let moved = false;
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = canvas.getBoundingClientRect();
      zoom(canvas, Math.exp(-event.deltaY / 240), (event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      pointers.set(event.pointerId, event);
      moved = false;
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const others = [...pointers.values()].filter((other) => other.pointerId !== event.pointerId);
      if (!moved && !others.length && Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < 4) return;
      if (!moved) canvas.setPointerCapture(event.pointerId);
      moved = true;
      pointers.set(event.pointerId, event);
      const { x, y, width } = views.get(canvas), scale = width / canvas.clientWidth, at = canvas.getBoundingClientRect();
      if (others.length) {
        const away = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        zoom(canvas, away(event, others[0]) / Math.max(1, away(before, others[0])),
          ((event.clientX + others[0].clientX) / 2 - at.left) / at.width, ((event.clientY + others[0].clientY) / 2 - at.top) / at.height);
      } else {
        set(canvas, x - (event.clientX - before.clientX) * scale, y - (event.clientY - before.clientY) * scale, width);
      }
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => pointers.delete(event.pointerId));
    canvas.addEventListener("click", (event) => {
      if (moved) event.preventDefault();
    }, true);
    canvas.addEventListener("dragstart", (event) => event.preventDefault());
    for (const button of all(".controls button", canvas.parentElement)) {
      button.addEventListener("click", () => button.dataset.zoom === "fit" ? fit(canvas) : zoom(canvas, Number(button.dataset.zoom)));
    }
    if (canvas.clientWidth) fit(canvas);
  }
  addEventListener("resize", () => all(".canvas.live").filter((canvas) => canvas.clientWidth).forEach(fit));
  addEventListener("beforeprint", () => all(".canvas.live").forEach((canvas) => {
    const { x, y, width, height } = whole.get(canvas);
    one("svg", canvas).setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  }));
  addEventListener("afterprint", () => all(".canvas.live").filter((canvas) => canvas.clientWidth).forEach(fit));
  if (tabs.length) choose(tabs[0]);

  // ---- a box that is pointed at lights its lines up
  for (const event of ["pointerover", "focusin", "pointerout", "focusout"]) {
    document.addEventListener(event, ({ target }) => {
      const box = target.closest?.("svg .box");
      if (!box) return;
      const svg = box.closest("svg"), on = event === "pointerover" || event === "focusin", name = box.dataset.table;
      svg.classList.toggle("lit", on);
      const lines = all(".link", svg).filter((line) => line.dataset.from === name || line.dataset.to === name);
      const near = new Set(lines.flatMap((line) => [line.dataset.from, line.dataset.to]));
      for (const line of lines) line.classList.toggle("lit", on);
      for (const other of all(".box", svg)) other.classList.toggle("lit", on && near.has(other.dataset.table));
    });
  }
})();
