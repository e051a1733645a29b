// What all pages share: making elements, numbers to read, tables, the theme. Text goes into the page as text only: nothing
// here or elsewhere sets HTML, and the pages' policy (require-trusted-types-for) would refuse it.
"use strict";
window.zhextract = window.zhextract || {};
(function (z) {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "value" || name === "checked") node[name] = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined && child !== false) node.append(child);
    }
    return node;
  }

  /** An element with attributes (`onclick` and the like are listeners) and children (texts or nodes). */
  z.el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  z.svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  /** The data that a page brings along. */
  z.data = () => JSON.parse(document.getElementById("data").textContent);

  /** `1234567.5` as `1,234,567.5`, by characters: values are exact and stay so. */
  z.grouped = (value) => {
    const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(value) || [null, "", "", value];
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
  };

  /** A value for sorting and drawing, where a float will do; NaN where there is none. */
  z.approx = (value) => {
    if (value === null || value === undefined) return NaN;
    const [top, bottom] = String(value).split("/");
    return bottom ? Number(top) / Number(bottom) : Number(top);
  };

  const MODS = {
    MORE_THAN: ">", EQUAL_OR_MORE: "≥", LESS_THAN: "<", EQUAL_OR_LESS: "≤", APPROX: "≈", START: "start of", MID: "middle of", END: "end of",
  };

  /** What a figure says, on one line. */
  z.amount = (record) => {
    const mod = MODS[record.mod] || "";
    const number = record.value !== null && record.value !== undefined
      ? z.grouped(record.value)
      : [record.lower, record.upper].map((end) => (end ? z.grouped(end) : "?")).join(" to ");
    return [mod, number, record.unit === "1" ? "" : record.unit].filter(Boolean).join(" ");
  };

  /** The value by which figures sort: of ranges the lower bound. */
  z.size = (record) => z.approx(record.value ?? record.lower ?? record.upper);

  /** The normalized form of a mention, on one line. */
  z.says = (mention) => {
    if (mention.type === "time") return [MODS[mention.mod] || "", mention.edtf || "unresolved"].filter(Boolean).join(" ");
    if (mention.type === "entity") return mention.label;
    return z.amount(mention);
  };

  /** Normalized text is simplified, whatever the article is written in. */
  z.NORMAL = "zh-Hans";
  z.langOf = (script) => (script === "hant" ? "zh-Hant" : "zh-Hans");

  // ------------------------------------------------------------------------------------------------------------ tables

  const collator = new Intl.Collator("zh", { numeric: true });

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") {
      return Number.isNaN(a) || Number.isNaN(b) ? Number.isNaN(a) - Number.isNaN(b) : a - b;
    }
    return collator.compare(a ?? "", b ?? "");
  }

  /**
   * A table that sorts, filters and shows its rows a page at a time.
   * columns: [{label, value(row), show(row)?, number?, choice?}]; `choice` columns get a menu of their values.
   * activate(row): what a click on a row does. Returns {node, add(rows), reset(rows), rowOf(row), count()}.
   */
  z.table = ({ columns, rows, caption, noun, activate, page = 100, name = "table" }) => {
    let all = rows.slice();
    let shown = [];
    let limit = page;
    let order = null;
    const drawn = new Map();
    const choices = new Map();
    const search = z.el("input", { type: "search", "aria-label": `Filter ${noun}`, placeholder: `Filter ${noun}`, id: `${name}-filter` });
    const status = z.el("span", { role: "status", class: "note", id: `${name}-count` });
    const more = z.el("button", { type: "button", onclick: () => { limit += page * 5; draw(); } });
    const everything = z.el("button", { type: "button", onclick: () => { limit = Infinity; draw(); } }, "Show all");
    const body = z.el("tbody");
    const heads = columns.map((column) => z.el(
      "th", { scope: "col", class: column.number ? "number" : null },
      z.el("button", { type: "button", onclick: () => sort(column) }, column.label),
    ));
    const bar = z.el("div", { class: "bar" }, search);
    for (const column of columns.filter((c) => c.choice)) {
      const menu = z.el("select", { "aria-label": column.label, onchange: renew });
      choices.set(column, menu);
      bar.append(menu);
    }
    bar.append(status);
    search.addEventListener("input", renew);

    function menus() {
      for (const [column, menu] of choices) {
        const values = [...new Set(all.map((row) => column.value(row) ?? ""))].filter(Boolean).sort(collator.compare);
        const kept = menu.value;
        menu.replaceChildren(z.el("option", { value: "" }, `any ${column.label}`), ...values.map((v) => z.el("option", { value: v }, v)));
        menu.value = values.includes(kept) ? kept : "";
      }
    }

    function renew() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      shown = all.filter((row) => {
        for (const [column, menu] of choices) if (menu.value && (column.value(row) ?? "") !== menu.value) return false;
        if (!words.length) return true;
        const line = columns.map((c) => `${c.value(row) ?? ""} ${c.text ? c.text(row) : ""}`).join(" ").toLowerCase();
        return words.every((word) => line.includes(word));
      });
      if (order) shown.sort((a, b) => order.sign * compare(order.column.value(a), order.column.value(b)));
      limit = page;
      draw();
    }

    function sort(column) {
      order = order && order.column === column && order.sign > 0 ? { column, sign: -1 } : { column, sign: 1 };
      columns.forEach((c, i) => {
        if (c === column) heads[i].setAttribute("aria-sort", order.sign > 0 ? "ascending" : "descending");
        else heads[i].removeAttribute("aria-sort");
      });
      renew();
    }

    function line(row) {
      let node = drawn.get(row);
      if (!node) {
        node = z.el("tr", {}, columns.map((c) => z.el("td", { class: c.number ? "number" : null }, c.show ? c.show(row) : c.value(row) ?? "")));
        if (activate) node.addEventListener("click", (event) => { if (!event.target.closest("a, button, input")) activate(row); });
        drawn.set(row, node);
      }
      return node;
    }

    function draw() {
      body.replaceChildren(...shown.slice(0, limit).map(line));
      status.textContent = shown.length === all.length ? `${all.length} ${noun}` : `${shown.length} of ${all.length} ${noun}`;
      more.textContent = `Show more (${shown.length - limit} left)`;
      more.hidden = everything.hidden = shown.length <= limit;
    }

    const node = z.el(
      "div", { class: "table" }, bar,
      z.el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
        z.el("table", {}, z.el("caption", {}, caption), z.el("thead", {}, z.el("tr", {}, heads)), body)),
      z.el("div", { class: "bar" }, more, everything),
    );
    menus();
    renew();
    return {
      node,
      search,
      add(extra) { all = all.concat(extra); menus(); renew(); },
      reset(rows) { all = rows.slice(); drawn.clear(); menus(); renew(); },
      /** The line of a row; made visible when a filter or the page hides it. */
      rowOf(row) {
        if (!shown.includes(row)) { search.value = ""; for (const menu of choices.values()) menu.value = ""; renew(); }
        if (shown.indexOf(row) >= limit) { limit = Infinity; draw(); }
        return line(row);
      },
    };
  };

  // ------------------------------------------------------------------------------------------------------------- theme

  const THEMES = ["auto", "light", "dark"];

  function stored(value) {
    try { // a page from the disk may be denied storage
      if (value === undefined) return localStorage.getItem("zhextract-theme");
      localStorage.setItem("zhextract-theme", value);
    } catch { /* then the choice lasts for this page */ }
    return value;
  }

  function theme(name) {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  }

  let chosen = THEMES.includes(stored()) ? stored() : "auto";
  theme(chosen);
  document.addEventListener("DOMContentLoaded", () => {
    const header = document.querySelector("body > header");
    if (!header) return;
    const button = z.el("button", { type: "button", onclick: () => {
      chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
      stored(chosen);
      theme(chosen);
      button.textContent = `Colours: ${chosen}`;
    } }, `Colours: ${chosen}`);
    header.append(button);
  });

  /** Whether a key pressed is meant for a field and not for the page. */
  z.typing = (event) => event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog") !== null;
})(window.zhextract);
