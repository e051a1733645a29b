// An article with its mentions, the record of the one chosen, and the table of its facts. The report, the service and
// review all show articles by this.
"use strict";
(function (z) {
  // Signs that would act on the page instead of being seen: controls, and those that turn the direction of text.
  const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u;
  const KINDS = [
    ["quantity", "quantities"], ["ordinal", "ordinals"], ["time", "times"], ["person", "persons"], ["org", "organizations"],
    ["place", "places"], ["work", "works"],
  ];
  const KEYS = [
    ["→ ← or k j", "next, previous mention"], ["Enter", "show its record"], ["f", "to the facts"], ["b", "back to where you came from"],
    ["/", "filter the facts"], ["Esc", "close the record"], ["?", "this list"],
  ];

  const kindOf = (mention) => (mention.type === "entity" ? mention.label : mention.type);
  z.kindOf = kindOf;

  /** Text as nodes, each in an element that knows where it starts (in code points); controls are shown by their number. */
  function spell(node, characters, from, to) {
    let plain = "";
    let begun = from;
    const flush = () => {
      if (plain) node.append(z.el("span", { "data-at": begun }, plain));
      plain = "";
    };
    for (let i = from; i < to; i++) {
      const c = characters[i];
      if (CONTROL.test(c)) {
        flush();
        const code = `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
        node.append(z.el("span", { class: "control", "data-at": i, "data-code": code, title: code }));
        begun = i + 1;
      } else {
        plain += c;
      }
    }
    flush();
  }

  /** Fill `node` with characters[from:to]; `marks` are [start, end, mention] by start, longer ones first. Returns the depth. */
  function weave(node, characters, from, to, marks) {
    let at = from;
    let deepest = 0;
    while (marks.length) {
      const [start, end, mention] = marks[0];
      spell(node, characters, at, start);
      const inner = [];
      const later = [];
      for (const [s, e, m] of marks.slice(1)) {
        if (s >= end) later.push([s, e, m]);
        else {
          inner.push([s, Math.min(e, end), m]);
          if (e > end) later.push([end, e, m]); // it crosses: the rest of it goes on behind
        }
      }
      later.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
      const mark = z.el("mark", { "data-id": mention.id, tabindex: "-1" });
      const height = weave(mark, characters, start, end, inner);
      mark.className = [
        kindOf(mention), `h${Math.min(height, 3)}`, start === mention.start ? "from" : "", end === mention.end ? "to" : "", mention.verdict || "",
      ].filter(Boolean).join(" ");
      node.append(mark);
      deepest = Math.max(deepest, height + 1);
      at = end;
      marks = later;
    }
    spell(node, characters, at, to);
    return deepest;
  }

  /** The lines of a text as blocks with marks. */
  function lines(characters, mentions, sentences) {
    const kinds = new Map(sentences.filter((s) => s.kind !== "body").map((s) => [s.start, s.kind]));
    const sorted = mentions.slice().sort((a, b) => a.start - b.start || b.end - a.end);
    const out = [];
    let next = 0;
    let open = [];
    for (let from = 0; from <= characters.length;) {
      let to = from;
      while (to < characters.length && characters[to] !== "\n") to++;
      while (next < sorted.length && sorted[next].start < to) open.push(sorted[next++]);
      const marks = open.map((m) => [Math.max(m.start, from), Math.min(m.end, to), m]).filter(([s, e]) => s < e);
      marks.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
      let kind = "";
      for (let i = from; i < to && !kind && kinds.size; i++) kind = kinds.get(i) || "";
      const line = z.el("div", { class: `line ${kind}`.trim(), "data-from": from, "data-to": to });
      weave(line, characters, from, to, marks);
      out.push(line);
      open = open.filter((m) => m.end > to);
      from = to + 1;
    }
    return out;
  }

  /** A row of a definition list, if there is anything to say. */
  const says = (term, ...what) => (what.flat().some((w) => w !== null && w !== undefined && w !== "") ? [z.el("dt", {}, term), z.el("dd", {}, ...what)] : []);

  /**
   * Show an article in `root`. view: {document, text, problem, rules}; rules: {id: {file, line, source}}.
   * extra(record): more nodes for the panel of a record. Returns {select, update, …}, which review builds on.
   */
  z.article = (root, view, { extra, keys = [], columns = [] } = {}) => {
    const doc = view.document;
    const characters = view.text === null ? [] : Array.from(view.text);
    const rules = view.rules || z.rules || {};
    const lang = z.NORMAL;
    let { mentions, facts } = doc;
    let byId = new Map();
    let chosen = null; // a mention or a fact
    let cameFrom = null;
    const hidden = new Set();

    const written = z.langOf(doc.script);
    const text = z.el("div", { class: "text", lang: written, id: "text", role: "group", "aria-label": "Article text" });
    const panel = z.el("aside", { class: "panel empty", "aria-label": "Record", id: "record", tabindex: "-1" });
    const legend = z.el("div", { class: "bar", role: "group", "aria-label": "Kinds of mention" });
    const help = z.el("dialog", { "aria-label": "Keys" },
      z.el("h2", {}, "Keys"), z.el("dl", {}, [...KEYS, ...keys].map(([key, what]) => [z.el("dt", {}, z.el("kbd", {}, key)), z.el("dd", {}, what)])),
      z.el("form", { method: "dialog" }, z.el("button", {}, "Close")));

    // ----------------------------------------------------------------------------------------------------------- text

    function draw() {
      byId = new Map(mentions.map((m) => [m.id, m]));
      text.replaceChildren(...(view.text === null ? [] : lines(characters, mentions, doc.sentences)));
      for (const m of mentions) if (hidden.has(kindOf(m))) pieces(m.id).forEach((p) => p.classList.add("off"));
      const first = text.querySelector("mark");
      if (first) first.tabIndex = 0;
      counts();
      if (chosen && chosen.id in index()) mark(chosen);
    }

    const index = () => Object.fromEntries([...mentions, ...facts].map((r) => [r.id, r]));
    const pieces = (id) => [...text.querySelectorAll(`mark[data-id="${CSS.escape(id)}"]`)];

    function counts() {
      legend.replaceChildren(...KINDS.map(([kind, plural]) => {
        const count = mentions.filter((m) => kindOf(m) === kind).length;
        if (!count) return null;
        const box = z.el("input", { type: "checkbox", checked: !hidden.has(kind), onchange: () => {
          if (box.checked) hidden.delete(kind); else hidden.add(kind);
          for (const m of mentions) if (kindOf(m) === kind) pieces(m.id).forEach((p) => p.classList.toggle("off", !box.checked));
        } });
        return z.el("label", {}, box, z.el("span", { class: `swatch ${kind}` }), `${plural} ${count}`);
      }).filter(Boolean), z.el("button", { type: "button", onclick: () => help.showModal() }, "Keys ", z.el("kbd", {}, "?")));
    }

    // ---------------------------------------------------------------------------------------------------------- choice

    function mark(record) {
      for (const old of text.querySelectorAll("mark.on")) old.classList.remove("on");
      const id = record.quantity || record.id;
      const found = pieces(id);
      if (found.length) {
        for (const other of text.querySelectorAll('mark[tabindex="0"]')) other.tabIndex = -1;
        found[0].tabIndex = 0;
        found.forEach((p) => p.classList.add("on"));
      }
      evidence(record.evidence);
      return found[0] || null;
    }

    function evidence(span) {
      for (const line of text.querySelectorAll(".line.lit")) line.classList.remove("lit");
      if (window.CSS && CSS.highlights) CSS.highlights.delete("evidence");
      if (!span) return;
      const range = rangeOf(span.start, span.end);
      if (range && window.CSS && CSS.highlights && window.Highlight) CSS.highlights.set("evidence", new Highlight(range));
      for (const line of text.children) {
        if (Number(line.dataset.from) < span.end && span.start < Number(line.dataset.to)) line.classList.toggle("lit", !(window.CSS && CSS.highlights));
      }
    }

    /** Where a code point stands in the page: a text node and the offset in it. */
    function place(at) {
      let last = null;
      for (const line of text.children) {
        if (Number(line.dataset.to) < at) continue;
        for (const run of line.querySelectorAll("[data-at]")) {
          const from = Number(run.dataset.at);
          if (from > at) return last;
          if (!run.firstChild) { last = [run, 0]; continue; }
          const own = Array.from(run.textContent);
          last = [run.firstChild, own.slice(0, Math.min(at - from, own.length)).join("").length];
          if (at <= from + own.length) return last;
        }
      }
      return last;
    }

    function rangeOf(start, end) {
      const [a, b] = [place(start), place(end)];
      if (!a || !b) return null;
      const range = document.createRange();
      range.setStart(...a);
      range.setEnd(...b);
      return range;
    }

    /** The span that the reader has selected in the text, in code points of the source; null: none. */
    function selected() {
      const selection = getSelection();
      if (!selection.rangeCount || selection.isCollapsed) return null;
      const range = selection.getRangeAt(0);
      if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
      const ends = [...text.querySelectorAll("[data-at]")].filter((run) => range.intersectsNode(run)).map((run) => {
        const from = Number(run.dataset.at);
        if (!run.firstChild) return [from, from + 1];
        const raw = run.textContent;
        const low = run.firstChild === range.startContainer ? range.startOffset : 0;
        const high = run.firstChild === range.endContainer ? range.endOffset : raw.length;
        return [from + Array.from(raw.slice(0, low)).length, from + Array.from(raw.slice(0, high)).length];
      }).filter(([s, e]) => s < e);
      return ends.length ? { start: ends[0][0], end: ends.at(-1)[1] } : null;
    }

    function select(id, { from = null, focus = false, scroll = true } = {}) {
      const record = index()[id];
      if (!record) return;
      chosen = record;
      if (from) cameFrom = from;
      const node = mark(record);
      document.body.classList.add("selected");
      panel.classList.remove("empty");
      panel.replaceChildren(...(record.quantity ? factPanel(record) : mentionPanel(record)));
      if (node) node.scrollIntoView({ block: scroll ? "center" : "nearest" });
      if (node && focus) node.focus({ preventScroll: scroll });
      for (const row of root.querySelectorAll("tr.on")) row.classList.remove("on");
      if (record.quantity) table.rowOf(record).classList.add("on");
      try { history.replaceState(null, "", `#${id}`); } catch { /* some places have no history */ }
    }

    function close() {
      chosen = null;
      document.body.classList.remove("selected");
      for (const old of text.querySelectorAll("mark.on")) old.classList.remove("on");
      evidence(null);
      panel.classList.add("empty");
      panel.replaceChildren(...welcome());
    }

    function back() {
      if (!cameFrom) return;
      const target = cameFrom;
      cameFrom = null;
      target.focus();
      target.scrollIntoView({ block: "center" });
    }

    function step(by) {
      const order = mentions.filter((m) => !hidden.has(kindOf(m))).sort((a, b) => a.start - b.start || b.end - a.end);
      if (!order.length) return;
      const here = chosen ? order.findIndex((m) => m.id === (chosen.quantity || chosen.id)) : by > 0 ? -1 : 0;
      select(order[(here + by + order.length) % order.length].id, { focus: true });
    }

    // ----------------------------------------------------------------------------------------------------------- panel

    const welcome = () => [z.el("p", { class: "note" }, "Choose a mention in the text, or a fact in the table below, to see its record and its rule.")];

    const go = (id, label) => z.el("button", { type: "button", class: "link", "data-go": id, onclick: (event) => {
      const origin = event.currentTarget.closest(".table") ? event.currentTarget : cameFrom;
      select(id, { from: origin, focus: true });
    } }, label);

    function ruleNodes(id) {
      const rule = rules[id];
      if (!id) return [];
      return [z.el("dt", {}, "rule"), z.el("dd", {}, z.el("code", {}, id),
        rule ? [z.el("br"), z.el("code", { class: "where" }, rule.line ? `${rule.file}:${rule.line}` : rule.file)] : [z.el("br"), z.el("span", { class: "note" }, "not among the rules that are loaded here")],
        rule && rule.source ? z.el("details", {}, z.el("summary", {}, "Show the rule"), z.el("pre", { lang, tabindex: "0" }, rule.source)) : null)];
    }

    const backNode = () => (cameFrom ? [z.el("button", { type: "button", onclick: back }, "Back ", z.el("kbd", {}, "b"))] : []);

    function mentionPanel(m) {
      const source = characters.slice(m.start, m.end).join("");
      const entity = m.type === "entity" ? doc.entities.find((e) => e.id === m.entity) : null;
      const others = entity ? mentions.filter((o) => o.entity === entity.id && o.id !== m.id) : [];
      const own = facts.filter((f) => f.quantity === m.id);
      return [
        z.el("h2", {}, z.el("span", { class: `swatch ${kindOf(m)}` }), ` ${kindOf(m)} `, z.el("span", { class: "note" }, m.id)),
        z.el("p", { class: "name", lang }, m.text),
        z.el("dl", {},
          source && source !== m.text ? says("in the source", z.el("span", { lang: written }, source.replace(/\s*\n\s*/g, " ⏎ "))) : [],
          says("place", `${m.start}–${m.end}`),
          m.type === "quantity" || m.type === "ordinal" ? [says("normalized", z.amount(m)), says("value", m.value), says("lower", m.lower), says("upper", m.upper), says("unit", m.unit)] : [],
          m.type === "time" ? [says("EDTF", m.edtf || "unresolved"), says("first day", m.first), says("last day", m.last)] : [],
          says("modifier", m.mod), says("kind", m.kind), says("counts", m.object && z.el("span", { lang }, m.object)), says("title", m.title && z.el("span", { lang }, m.title)),
          says("name", m.name && z.el("span", { lang }, m.name)),
          entity && !m.name ? [says("entity", z.el("span", { lang }, entity.name), ` (${entity.id})`), says("also", z.el("span", { lang }, entity.aliases.join(", ")))] : [],
          ruleNodes(m.rule)),
        own.length ? [z.el("h3", {}, "Facts"), z.el("ul", { class: "plain" }, own.map((f) => z.el("li", { lang }, go(f.id, `${f.type}: ${[f.subject, f.indicator].filter(Boolean).join(" · ")}`))))] : null,
        others.length ? [z.el("h3", {}, "Also stands here"), z.el("ul", { class: "plain" }, others.slice(0, 30).map((o) => z.el("li", { lang }, go(o.id, `${o.text} (${o.start})`))))] : null,
        extra ? extra(m) : null,
        z.el("div", { class: "bar" }, backNode(), z.el("button", { type: "button", onclick: close }, "Close")),
      ].flat(2).filter(Boolean);
    }

    function factPanel(f) {
      const figure = byId.get(f.quantity);
      return [
        z.el("h2", {}, `fact: ${f.type} `, z.el("span", { class: "note" }, f.id)),
        z.el("p", { class: "name", lang }, [f.subject, f.indicator].filter(Boolean).join(" · ")),
        z.el("dl", {},
          says("says", z.amount(f)), says("value", f.value), says("lower", f.lower), says("upper", f.upper), says("unit", f.unit), says("basis", f.basis),
          says("share of", f.whole && z.el("span", { lang }, f.whole)), says("time", f.time),
          figure ? says("figure", z.el("span", { lang }, go(figure.id, figure.text))) : [],
          f.evidence ? says("evidence", `${f.evidence.start}–${f.evidence.end}`) : [], says("confidence", f.confidence), says("because", f.reason), ruleNodes(f.rule)),
        extra ? extra(f) : null,
        z.el("div", { class: "bar" }, backNode(), z.el("button", { type: "button", onclick: close }, "Close")),
      ].flat(2).filter(Boolean);
    }

    // ----------------------------------------------------------------------------------------------------------- facts

    const table = z.table({
      name: "facts",
      noun: "facts",
      caption: "Facts of this article; a click goes to the evidence",
      rows: facts,
      activate: (f) => select(f.id, { from: table.rowOf(f).querySelector("button") }),
      columns: [
        { label: "subject", value: (f) => f.subject, show: (f) => z.el("span", { lang }, f.subject ?? "") },
        { label: "indicator", value: (f) => f.indicator, show: (f) => z.el("span", { lang }, go(f.id, f.indicator || "(none)")) },
        { label: "type", value: (f) => f.type, choice: true },
        { label: "value", value: z.size, text: z.amount, show: (f) => z.amount(f), number: true },
        { label: "unit", value: (f) => f.unit, choice: true },
        { label: "time", value: (f) => f.time },
        { label: "basis", value: (f) => f.basis },
        { label: "share of", value: (f) => f.whole, show: (f) => z.el("span", { lang }, f.whole ?? "") },
        { label: "confidence", value: (f) => f.confidence, choice: true },
        ...columns,
      ],
    });

    function plots() {
      const shares = facts.filter((f) => f.type === "share" && f.unit === "%" && f.value !== null);
      if (shares.length < 2) return [];
      return [z.el("h2", {}, "Shares"), z.bars(
        shares.map((f) => ({ label: [f.indicator, f.whole && `of ${f.whole}`].filter(Boolean).join(" "), value: z.approx(f.value), shown: `${f.value}%` })),
        { title: "Shares, in percent of the whole", max: 100 },
      )];
    }

    // ----------------------------------------------------------------------------------------------------------- start

    text.addEventListener("click", (event) => {
      const piece = event.target.closest("mark");
      if (piece && getSelection().isCollapsed) select(piece.dataset.id, { scroll: false });
    });
    text.addEventListener("keydown", (event) => {
      const piece = event.target.closest("mark");
      if (!piece) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); select(piece.dataset.id, { scroll: false }); panel.focus(); }
    });

    function press(event) {
      if (z.typing(event) || !root.isConnected) return;
      const inText = event.target === document.body || text.contains(event.target) || panel.contains(event.target);
      const act = {
        ArrowRight: inText && (() => step(1)), ArrowLeft: inText && (() => step(-1)), k: () => step(1), j: () => step(-1), b: back, Escape: close,
        f: () => table.node.querySelector("tbody button")?.focus(), "/": () => table.search.focus(), "?": () => help.showModal(),
      }[event.key];
      if (act) { event.preventDefault(); act(); }
    }
    document.addEventListener("keydown", press);

    const day = doc.published ? z.el("time", { datetime: doc.published }, doc.published) : "no date of publication";
    root.replaceChildren(...[
      z.el("h1", { lang }, doc.title || doc.id || "Article"),
      z.el("p", { class: "meta" }, day, ` · ${{ hans: "simplified", hant: "traditional", mixed: "mixed" }[doc.script]} characters · `, doc.source.name || "pasted text", ` · ${doc.source.chars} characters`),
      view.problem ? z.el("p", { class: "problem", role: "note" }, view.problem) : null,
      legend,
      z.el("div", { class: "article" }, text, panel),
      z.el("h2", { id: "facts" }, "Facts"),
      table.node,
      plots(),
      help,
    ].flat().filter(Boolean));
    draw();
    close();
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted in index()) select(wanted);

    return {
      text, panel, select, close, step, selected, characters, lang,
      get chosen() { return chosen; },
      /** Show other records. */
      update(now) {
        ({ mentions, facts } = now);
        table.reset(facts);
        draw();
      },
      stop() { document.removeEventListener("keydown", press); },
    };
  };
})(window.zhextract);
