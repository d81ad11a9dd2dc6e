"use strict";
(() => {
  const figures = [...document.querySelectorAll("figure.chart")];
  if (!figures.length || !window.DecompressionStream) return;
  const SVG = "http://www.w3.org/2000/svg";
  let tables = null;

  const made = (tag, rest = {}, ...inside) => {
    const element = Object.assign(document.createElement(tag), rest);
    element.append(...inside);
    return element;
  };
  const drawn = (tag, given) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
    return element;
  };
  const read = (element) => JSON.parse(element.textContent);

  // A table by columns to rows; equal tables are one for all charts.
  function rows(name) {
    const columns = Object.entries(tables[name]);
    const length = columns.length ? columns[0][1].length : 0;
    return Array.from({ length }, (_, k) => Object.fromEntries(columns.map(([key, values]) => [key, values[k]])));
  }

  function named(spec, found = new Set()) {
    if (spec && typeof spec === "object") {
      if (spec.data && typeof spec.data.name === "string") found.add(spec.data.name);
      Object.values(spec).forEach((value) => named(value, found));
    }
    return found;
  }

  // Hatchings that specs and keys refer to by name.
  function patterns() {
    const all = drawn("defs", {});
    const hatch = (id, turned, ground, stroke, wide) => {
      const one = drawn("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turned})` });
      if (ground) one.append(drawn("rect", { width: 6, height: 6, fill: "var(--chart-band)", "fill-opacity": ground }));
      one.append(drawn("path", { d: "M0 0V6", stroke, "stroke-width": wide }));
      all.append(one);
    };
    hatch("chart-ahead", 45, 0, "var(--chart-hatch)", 1.6);
    hatch("chart-unsure-80", 45, 0.16, "var(--chart-band)", 1.4);
    hatch("chart-unsure-95", -45, 0.05, "var(--chart-band)", 0.9);
    const picture = drawn("svg", { class: "chart-patterns", "aria-hidden": "true" });
    picture.append(all);
    document.body.append(picture);
  }

  const tip = made("div", { className: "chart-tip", hidden: true });
  tip.setAttribute("role", "tooltip");

  function told(_, event, item, value) {
    const lines = value && typeof value === "object" ? Object.entries(value).filter(([, text]) => text !== "") : [];
    tip.hidden = !lines.length;
    if (tip.hidden) return;
    tip.replaceChildren(...lines.flatMap(([key, text]) => [made("dt", { textContent: key }), made("dd", { textContent: text })]));
    const room = document.documentElement;
    const left = Math.min(event.pageX + 14, room.scrollLeft + room.clientWidth - tip.offsetWidth - 8);
    const below = event.pageY + 16 + tip.offsetHeight < room.scrollTop + room.clientHeight;
    tip.style.left = `${Math.max(left, 8)}px`;
    tip.style.top = `${below ? event.pageY + 16 : event.pageY - tip.offsetHeight - 12}px`;
  }

  function sample(entry) {
    const picture = drawn("svg", { viewBox: "0 0 26 14", width: 26, height: 14, "aria-hidden": "true" });
    const colour = entry.colour;
    if (entry.kind === "line") {
      picture.append(drawn("line", { x1: 1, x2: 25, y1: 7, y2: 7, stroke: colour, "stroke-width": entry.wide || 2,
        "stroke-dasharray": (entry.dash || []).join(" "), "stroke-opacity": entry.faint || 1 }));
    } else if (entry.kind === "upright") {
      picture.append(drawn("line", { x1: 13, x2: 13, y1: 0, y2: 14, stroke: colour, "stroke-width": 1.5, "stroke-dasharray": "4 2" }));
    } else if (entry.kind === "tick") {
      for (const x of [6, 12, 20]) picture.append(drawn("line", { x1: x, x2: x, y1: 3, y2: 11, stroke: colour, "stroke-width": 1.4 }));
    } else if (entry.kind === "point") {
      picture.append(drawn("circle", { cx: 13, cy: 7, r: 4, fill: "var(--paper)", stroke: colour, "stroke-width": 1.8 }));
    } else {
      picture.append(drawn("rect", { x: 1, y: 1, width: 24, height: 12, fill: entry.kind === "hatch" ? "#f4f4f4" : colour, "fill-opacity": entry.faint || 1, stroke: "var(--line)" }));
      if (entry.kind === "hatch") picture.append(drawn("rect", { x: 1, y: 1, width: 24, height: 12, fill: "url(#chart-ahead)" }));
    }
    return picture;
  }

  function ramp(entry) {
    const bar = made("span", { className: "ramp" });
    bar.style.background = `linear-gradient(to right, ${entry.colours.join(", ")})`;
    return made("li", {}, made("span", { textContent: entry.text }), made("span", { textContent: entry.low }), bar,
      made("span", { textContent: entry.high }));
  }

  const key = (entries) => made("ul", { className: "key" },
    ...entries.map((entry) => {
      if (entry.kind === "ramp") return ramp(entry);
      return made("li", {}, ...(entry.kind === "text" ? [] : [sample(entry)]), entry.text);
    }));

  let count = 0;
  const CONTROLS = {
    range(control, set) {
      const input = made("input", { type: "range", min: 0, max: control.texts.length - 1, step: 1, value: control.value });
      const out = made("output", { className: "now" });
      const show = () => {
        const at = Number(input.value);
        out.textContent = control.texts[at];
        out.classList.toggle("ahead", at >= control.ahead);
        input.setAttribute("aria-valuetext", control.texts[at]);
        return at;
      };
      input.addEventListener("input", () => set(show()));
      const back = made("button", { type: "button", textContent: "\u2039" });
      const on = made("button", { type: "button", textContent: "\u203a" });
      back.setAttribute("aria-label", `${control.label} \u2212`);
      on.setAttribute("aria-label", `${control.label} +`);
      back.addEventListener("click", () => { input.stepDown(); set(show()); });
      on.addEventListener("click", () => { input.stepUp(); set(show()); });
      show();
      return { elements: [made("label", {}, made("span", { textContent: control.label }), input), back, on, out],
        follow(value) { input.value = value; show(); } };
    },
    select(control, set) {
      const select = made("select");
      const groups = new Map();
      for (const option of control.options) {
        const element = made("option", { value: option.value, textContent: option.text });
        if (option.group && !groups.has(option.group)) {
          groups.set(option.group, made("optgroup", { label: option.group }));
          select.append(groups.get(option.group));
        }
        (groups.get(option.group) || select).append(element);
      }
      select.value = String(control.value);
      select.addEventListener("change", () => set(Number(select.value)));
      return { elements: [made("label", {}, made("span", { textContent: control.label }), select)],
        follow(value) { select.value = String(value); } };
    },
    one(control, set) {
      const whole = { ...control, value: control.value[0] };
      const { elements } = CONTROLS.select(whole, (value) => set(value ? [0, value] : [0]));
      return { elements, follow() {} };
    },
    search(control, set) {
      const id = `chart-names-${++count}`;
      const texts = new Map(control.options.map((option) => [option.text, option.value]));
      const name = (value) => (control.options.find((option) => option.value === value) || { text: "" }).text;
      const input = made("input", { type: "search", placeholder: control.hint, value: name(control.value), autocomplete: "off" });
      input.setAttribute("list", id);
      input.addEventListener("input", () => { if (texts.has(input.value)) set(texts.get(input.value)); });
      const list = made("datalist", { id }, ...control.options.map((option) => made("option", { value: option.text })));
      return { elements: [made("label", {}, made("span", { textContent: control.label }), input), list],
        follow(value) { input.value = name(value); } };
    },
    checks(control, set) {
      const boxes = control.options.map((option) => made("input", { type: "checkbox", checked: control.value.includes(option.value) }));
      const chosen = () => control.options.filter((_, k) => boxes[k].checked).map((option) => option.value);
      boxes.forEach((box) => box.addEventListener("change", () => set(chosen())));
      const both = [[control.all, true], [control.none, false]].map(([text, on]) => {
        const button = made("button", { type: "button", textContent: text });
        button.addEventListener("click", () => { boxes.forEach((box) => { box.checked = on; }); set(chosen()); });
        return button;
      });
      const labels = control.options.map((option, k) => made("label", {}, boxes[k], sample({ kind: "line", wide: 2.5, ...option }), option.text));
      return { elements: [made("fieldset", {}, made("legend", { textContent: control.label }), ...labels, ...both)],
        follow(value) { boxes.forEach((box, k) => { box.checked = value.includes(control.options[k].value); }); } };
    },
    check(control, set) {
      const box = made("input", { type: "checkbox", checked: control.value });
      box.addEventListener("change", () => set(box.checked));
      return { elements: [made("label", {}, box, control.label)], follow(value) { box.checked = value; } };
    },
  };

  const tall = (part, wide) => (part.tall ? part.tall : Math.round(Math.min(Math.max(wide * part.ratio, 150), 620)));

  async function draw(figure) {
    const chart = read(figure.querySelector("script"));
    const place = figure.querySelector(".drawing");
    const board = made("div", { className: "board" });
    if (chart.narrowest) board.style.setProperty("--narrowest", `${chart.narrowest}px`);
    const follows = new Map();
    const said = (name) => {
      if (!name) return [];
      const { signal, value } = chart.controls[0];
      const says = made("p", { className: "says", textContent: tables[name].text[value] });
      says.setAttribute("aria-live", "polite");
      follows.set(signal, [...(follows.get(signal) || []), (now) => { says.textContent = tables[name].text[now]; }]);
      return [says];
    };
    const holders = chart.parts.map((part) => {
      const holder = made("div", { className: "view" });
      board.append(made("div", { className: "part" }, ...(part.title ? [made("p", { className: "head", textContent: part.title })] : []),
        holder, ...said(part.says)));
      return holder;
    });
    const views = [];
    const set = (signal, value) => {
      views.forEach((view) => { if (signal in view.getState({ signals: () => true }).signals) view.signal(signal, value).runAsync(); });
      (follows.get(signal) || []).forEach((follow) => follow(value));
    };
    const tools = made("div", { className: "controls" });
    for (const control of chart.controls) {
      const one = CONTROLS[control.kind](control, (value) => set(control.signal, value));
      follows.set(control.signal, [...(follows.get(control.signal) || []), one.follow]);
      tools.append(made("div", { className: `control ${control.kind}` }, ...one.elements));
    }
    place.replaceChildren(...(chart.controls.length ? [tools] : []), ...said(chart.says), board, ...(chart.key.length ? [key(chart.key)] : []));
    for (const [k, part] of chart.parts.entries()) {
      const spec = structuredClone(chart.specs[part.spec]);
      spec.params.forEach((param) => { if (param.name in part.own) param.value = part.own[param.name]; });
      const wide = holders[k].clientWidth;
      spec.datasets = Object.fromEntries([...named(spec)].filter((name) => name in tables).map((name) => [name, rows(name)]));
      Object.assign(spec, { width: wide, height: tall(part, wide), description: chart.description });
      const { view } = await window.accordEmbed(holders[k], spec,
        { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: told });
      holders[k].setAttribute("role", "img");
      holders[k].querySelector("svg").setAttribute("aria-hidden", "true");
      if (chart.pick) {
        view.addEventListener("click", (_, item) => {
          const found = item && item.datum && (item.datum.datum || item.datum).k;
          if (Number.isInteger(found) && found >= 0) set(chart.pick, found);
        });
      }
      views.push(view);
    }
    figure.classList.add("ready");
    new ResizeObserver(() => holders.forEach((holder, k) => {
      const wide = holder.clientWidth;
      if (wide && Math.abs(wide - views[k].signal("width")) > 1) {
        views[k].signal("width", wide).signal("height", tall(chart.parts[k], wide)).runAsync();
      }
    })).observe(board);
  }

  async function start() {
    const packed = Uint8Array.from(atob(document.getElementById("vega").textContent), (c) => c.charCodeAt(0));
    const text = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    document.body.append(made("script", { textContent: text }));
    if (!window.accordEmbed) return;
    tables = read(document.getElementById("chart-data"));
    document.body.append(tip);
    patterns();
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
    for (const figure of figures) {
      try {
        await draw(figure);
      } catch (error) {
        figure.querySelector(".drawing").replaceChildren();
        console.error(error);
      }
      await new Promise((go) => setTimeout(go, 0));
    }
    document.documentElement.dataset.charts = "ready";
  }
  addEventListener("load", () => (window.requestIdleCallback || setTimeout)(start));
})();
