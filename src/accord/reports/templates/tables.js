"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const NUMBER = /^[-+\u2212]?(\d[\d,]*\.?\d*|\.\d+)(e[-+]?\d+)?/i;
  const FEW = 12;

  function number(text) {
    if (/^[-\u2212]?\u221e$/.test(text)) return text.length > 1 ? -Infinity : Infinity;
    const found = NUMBER.exec(text);
    return found ? Number(found[0].replaceAll(",", "").replace("\u2212", "-")) : NaN;
  }
  const texts = (row) => [...row.cells].map((cell) => cell.textContent.trim());

  function order(rows, column, down) {
    const values = rows.map((row) => texts(row)[column]);
    const numeric = values.every((text) => text === "" || !Number.isNaN(number(text)));
    const compare = numeric ? (a, b) => number(a) - number(b) || 0 : (a, b) => collator.compare(a, b);
    const places = rows.map((_, place) => place);
    places.sort((a, b) => {
      if (values[a] === "" || values[b] === "") return (values[a] === "") - (values[b] === "") || a - b;
      return (down ? -1 : 1) * compare(values[a], values[b]) || a - b;
    });
    return places.map((place) => rows[place]);
  }

  // No <button>: with one in it Chromium does not print the head again on the next page.
  function sortable(table, rows) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("span");
      const turn = () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        table.tBodies[0].append(...(next === "none" ? rows : order(rows, column, next === "descending")));
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

  function filter(table, rows, caption) {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "search" });
    const told = document.createElement("span");
    label.append(words.filter, box);
    box.setAttribute("aria-label", `${words.filter} ${caption}`);
    told.setAttribute("role", "status");
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      rows.forEach((row) => { row.hidden = !texts(row).some((text) => text.toLowerCase().includes(wanted)); });
      const left = rows.filter((row) => !row.hidden).length;
      told.textContent = wanted ? words.left.replace("{left}", left).replace("{all}", rows.length) : "";
    });
    return [label, told];
  }

  function field(text) {
    if (NUMBER.exec(text)?.[0] === text) return text.replaceAll(",", "");
    const guarded = /^[=+\-@\t\r]./s.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  }

  function save(table, rows) {
    const lines = [table.tHead.rows[0], ...rows].map((row) => texts(row).map(field).join(","));
    const address = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }));
    Object.assign(document.createElement("a"), { href: address, download: `${table.dataset.name}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  document.querySelectorAll("table.rows").forEach((table) => {
    const rows = [...table.tBodies[0].rows];
    const caption = table.caption.textContent;
    const tools = document.createElement("div");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words.csv });
    tools.className = "tools";
    button.setAttribute("aria-label", `${words.csv} ${caption}`);
    button.addEventListener("click", () => save(table, rows));
    if (rows.length >= FEW) tools.append(...filter(table, rows, caption));
    tools.append(button);
    table.closest(".scroll").before(tools);
    sortable(table, rows);
  });

  const contents = document.querySelector("nav details");
  const beside = matchMedia("(min-width: 1100px)");
  const settle = () => { contents.open = beside.matches; };
  beside.addEventListener("change", settle);
  settle();
})();
