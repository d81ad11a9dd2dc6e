"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const NUMBER = /^[-+\u2212<]?(\d[\d,]*\.?\d*|\.\d+)(e[-+]?\d+)?/i;
  const FEW = 12;
  const nothing = (text) => text === "" || text === "\u2013";
  const say = (key, numbers) => words[key].replace(/\{(\w+)\}/g, (_, name) => numbers[name]);

  function number(text) {
    if (/^[-\u2212]?\u221e$/.test(text)) return text.length > 1 ? -Infinity : Infinity;
    const found = NUMBER.exec(text);
    if (!found) return NaN;
    const size = Number(found[0].replaceAll(",", "").replace("\u2212", "-").replace("<", ""));
    return text[0] === "<" ? size / 2 : size;
  }

  // A row is an element of the page, or only its texts until it is first shown.
  const texts = (row) => (row.shown ? [...row.shown.cells].map((cell) => cell.textContent.trim()) : row.texts);

  function element(row, heads) {
    if (row.shown) return row.shown;
    row.shown = document.createElement("tr");
    row.texts.forEach((text, column) => {
      const cell = row.shown.insertCell();
      cell.textContent = text;
      if (heads[column].classList.contains("num")) cell.className = "num";
      else if (text.length > 60) cell.className = "text";
    });
    return row.shown;
  }

  // All rows of a table: those in the page, and the rest that the page holds as texts. `cut` says how many there are beyond.
  function held(table) {
    const rest = table.parentNode.querySelector("script[type='application/json']");
    const rows = [...table.tBodies[0].rows].map((shown) => ({ shown }));
    const few = rest ? rows.length : Infinity;
    if (rest) rows.push(...JSON.parse(rest.textContent).map((row) => ({ texts: row })));
    return { rows, few, cut: Number(table.dataset.rows) > rows.length };
  }

  function order(rows, column, down) {
    const values = rows.map((row) => texts(row)[column]);
    const numeric = values.every((text) => nothing(text) || !Number.isNaN(number(text)));
    const compare = numeric ? (a, b) => number(a) - number(b) || 0 : (a, b) => collator.compare(a, b);
    const places = rows.map((_, place) => place);
    places.sort((a, b) => {
      if (nothing(values[a]) || nothing(values[b])) return nothing(values[a]) - nothing(values[b]) || a - b;
      return (down ? -1 : 1) * compare(values[a], values[b]) || a - b;
    });
    return places.map((place) => rows[place]);
  }

  // No <button>: with one in it Chromium does not print the head again on the next page.
  function sortable(heads, rows, put) {
    heads.forEach((head, column) => {
      const button = document.createElement("span");
      const turn = () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        put(next === "none" ? rows : order(rows, column, next === "descending"));
      };
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      head.addEventListener("click", turn);
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        turn();
      });
    });
  }

  // Which rows are to be seen: in their order, those that the filter leaves, the first ones or all of them.
  function view(table, heads, { rows, few, cut }, told) {
    const at = { order: rows, wanted: "", most: few };
    const note = table.closest(".scroll").parentNode.querySelector(":scope > .note[data-cut]");
    return (changed) => {
      Object.assign(at, changed);
      const left = at.wanted ? at.order.filter((row) => texts(row).some((text) => text.toLowerCase().includes(at.wanted))) : at.order;
      const seen = left.slice(0, at.most);
      table.tBodies[0].replaceChildren(...seen.map((row) => element(row, heads)));
      const numbers = { left: at.wanted ? left.length : seen.length, all: rows.length, seen: seen.length };
      const said = numbers.left < rows.length || at.wanted ? say(cut ? "left_first" : "left", numbers) : "";
      told.textContent = seen.length < numbers.left ? said + say("seen", numbers) : said;
      told.classList.toggle("filtered", Boolean(at.wanted));
      if (note && !cut) note.hidden = at.most === Infinity;
    };
  }

  function made(tag, caption, text, given = {}) {
    const one = Object.assign(document.createElement(tag), given);
    if (text) one.textContent = text;
    one.setAttribute("aria-label", `${text || words.filter} ${caption}`);
    return one;
  }

  function filter(caption, { rows, cut }, put) {
    const label = document.createElement("label");
    const box = made("input", caption, "", { type: "search" });
    label.append(cut ? say("filter_first", { seen: rows.length }) : words.filter, box);
    box.addEventListener("input", () => put({ wanted: box.value.trim().toLowerCase() }));
    return label;
  }

  function whole(caption, { rows, few }, put) {
    const text = (all) => say(all ? "fewer" : "every", { all: rows.length, seen: few });
    const button = made("button", caption, text(false), { type: "button" });
    let all = false;
    button.addEventListener("click", () => {
      all = !all;
      button.textContent = text(all);
      button.setAttribute("aria-label", `${text(all)} ${caption}`);
      put({ most: all ? Infinity : few });
    });
    return button;
  }

  function field(text) {
    if (NUMBER.exec(text)?.[0] === text) return text.replaceAll(",", "").replace("\u2212", "-");
    const guarded = /^[=+\-@\t\r]./s.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  }

  function save(name, heads, rows) {
    const head = heads.map((cell) => cell.textContent.trim());
    const lines = [head, ...rows.map(texts)].map((row) => row.map(field).join(","));
    const address = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }));
    Object.assign(document.createElement("a"), { href: address, download: `${name}-as-shown.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  document.querySelectorAll("table.rows").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    const all = held(table);
    const first = { seen: all.rows.length };
    const caption = table.caption.textContent;
    const tools = document.createElement("div");
    const told = document.createElement("span");
    const put = view(table, heads, all, told);
    const button = made("button", caption, all.cut ? say("csv_first", first) : words.csv, { type: "button" });
    const name = table.dataset.name + (all.cut ? `-first-${first.seen}` : "");
    tools.className = "tools";
    told.setAttribute("role", "status");
    button.addEventListener("click", () => save(name, heads, all.rows));
    if (all.rows.length >= FEW) tools.append(filter(caption, all, put));
    if (all.few < all.rows.length) tools.append(whole(caption, all, put));
    tools.append(button, told);
    table.closest(".scroll").before(tools);
    sortable(heads, all.rows, (order) => put({ order }));
    if (all.few < all.rows.length) put({});
  });

  const contents = document.querySelector("nav details");
  const beside = matchMedia("(min-width: 1100px)");
  const settle = () => { contents.open = beside.matches; };
  beside.addEventListener("change", settle);
  settle();
})();
