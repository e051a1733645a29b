// Review to gold: each record that was found is accepted, corrected or rejected, missed ones are added, by keys or by mouse.
"use strict";
(function (z) {
  const TYPES = ["quantity", "ordinal", "time", "entity"];
  const KINDS = [
    "money", "percent", "percentage_point", "count", "ratio", "length", "area", "volume", "mass", "speed", "power", "energy",
    "temperature", "duration", "data", "number", "other",
  ];
  const MODS = ["MORE_THAN", "EQUAL_OR_MORE", "LESS_THAN", "EQUAL_OR_LESS", "APPROX"];
  const CHOICES = {
    kind: KINDS, label: ["person", "org", "place", "work"],
    mod: { time: ["START", "MID", "END"], other: MODS },
    type: ["level", "change", "share", "target", "rank"],
  };
  const FIELDS = {
    quantity: ["value", "lower", "upper", "unit", "kind", "mod", "object"],
    ordinal: ["value", "unit"],
    time: ["edtf", "first", "last", "mod"],
    entity: ["label", "name", "title"],
    fact: ["subject", "indicator", "type", "value", "lower", "upper", "unit", "mod", "basis", "whole", "time"],
  };
  const NEEDED = new Set(["unit", "kind", "label", "name", "type"]); // text that must not be null
  const DONE = new Set(["accepted", "corrected", "added"]);
  const KEYS = [
    ["a", "accept the record, go to the next open one"], ["x", "reject it"], ["e", "correct it"], ["u", "open again"],
    ["n", "add a mention: what is selected, or what you type"], ["g", "add a fact to the figure chosen"],
    ["o", "next open record"], ["Shift A", "accept all open ones"], ["s", "save"],
  ];

  async function ask(path, method = "GET", body = undefined) {
    const answer = await fetch(path, {
      method, body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
      headers: body === undefined ? {} : { "content-type": "application/json" },
    });
    const given = await answer.json();
    if (!answer.ok) throw new Error([given.title, given.detail].filter(Boolean).join("; "));
    return given;
  }

  const isFact = (record) => record.figure !== undefined;
  const listOf = (record) => (isFact(record) ? "fact" : record.type);
  const same = (a, b, fields) => fields.every((field) => (a[field] ?? null) === (b[field] ?? null));

  /** What decides that two records are about the same thing. */
  const keyOf = (record, figureStart) => (isFact(record) ? ["fact", figureStart, record.type, record.value, record.indicator] : [record.type, record.start, record.end]).join("|");

  /** Join what was found, what gold says and what was rejected, to records with a verdict each. */
  function join(given) {
    const { document: doc, gold, verdicts, found } = given;
    const rejected = new Set(verdicts.filter((v) => v.verdict === "rejected").map((v) => v.key));
    let number = 0;
    const make = (record, verdict, rule, extra) => ({ ...record, ...extra, id: `r${++number}`, verdict, rule });
    const mentions = [];
    for (const type of TYPES) {
      const own = doc.mentions.filter((m) => m.type === type);
      const known = gold ? gold[type].slice() : [];
      found[type].forEach((record, i) => {
        const at = known.findIndex((g) => g.start === record.start && g.end === record.end);
        const said = at < 0 ? null : known.splice(at, 1)[0];
        const verdict = said ? (same(said, record, [...FIELDS[type], "text"]) ? "accepted" : "corrected") : rejected.has([type, record.start, record.end].join("|")) ? "rejected" : "";
        mentions.push(make(said || record, verdict, own[i].rule, { type }));
      });
      for (const record of known) mentions.push(make(record, "added", "", { type }));
    }
    const facts = [];
    const figures = new Map(mentions.filter((m) => m.type === "quantity" || m.type === "ordinal").map((m) => [m.start, m]));
    const known = gold ? gold.facts.slice() : [];
    const place = (record, verdict, rule, base) => {
      const figure = figures.get(record.q_start);
      if (figure) facts.push({ ...base, ...make(record, verdict, rule, {}), figure: figure.id, quantity: figure.id });
    };
    found.facts.forEach((record, i) => {
      const exact = known.findIndex((g) => g.q_start === record.q_start && same(g, record, FIELDS.fact));
      const key = ["fact", record.q_start, record.type, record.value, record.indicator].join("|");
      const alike = rejected.has(key) ? -1 : known.findIndex((g) => g.q_start === record.q_start && g.type === record.type);
      const at = exact >= 0 ? exact : alike;
      const said = at < 0 ? null : known.splice(at, 1)[0];
      const { evidence, confidence, reason, rule } = doc.facts[i];
      place(said || record, said ? (exact >= 0 ? "accepted" : "corrected") : rejected.has(key) ? "rejected" : "", rule, { evidence, confidence, reason });
    });
    for (const record of known) place(record, "added", "", {});
    return { mentions, facts };
  }

  function review(root, key, given, { tell, forms, reload }) {
    let { version } = given;
    let { mentions, facts } = join(given);
    let dirty = false;
    let numbers = mentions.length + facts.length;
    const characters = Array.from(given.text);

    const all = () => [...mentions, ...facts];
    const find = (id) => all().find((r) => r.id === id);
    const byPlace = () => {
      const starts = new Map(mentions.map((m) => [m.id, m.start]));
      return [...mentions.slice().sort((a, b) => a.start - b.start || b.end - a.end), ...facts.slice().sort((a, b) => starts.get(a.figure) - starts.get(b.figure))];
    };
    const open = () => byPlace().filter((r) => !r.verdict);

    const progress = z.el("span", { role: "status", id: "progress" });
    const view = z.article(root, { ...given, document: { ...given.document, mentions, facts } }, {
      extra: actions,
      keys: KEYS,
      columns: [{ label: "verdict", value: (f) => f.verdict || "open", choice: true, show: (f) => z.el("span", { class: `verdict ${f.verdict}` }, f.verdict || "open") }],
    });
    const saveButton = z.el("button", { type: "button", class: "main", onclick: save }, "Save ", z.el("kbd", {}, "s"));
    const form = z.el("select", { "aria-label": "Form of other tools" }, forms.map((f) => z.el("option", {}, f)));
    const upload = z.el("input", { type: "file", "aria-label": "File to import", onchange: () => upload.files.length && read(upload.files[0]) });
    view.text.parentElement.before(z.el("div", { class: "bar", id: "review-bar" }, saveButton,
      z.el("button", { type: "button", onclick: acceptAll }, "Accept all open ", z.el("kbd", {}, "A")),
      z.el("button", { type: "button", onclick: () => edit(null) }, "Add a mention ", z.el("kbd", {}, "n")), progress,
      z.el("label", {}, "as ", form), z.el("button", { type: "button", onclick: () => { location.href = `/v1/articles/${key}/export/${form.value}`; } }, "Export"),
      z.el("label", {}, "import ", upload)));

    function show(record) {
      view.update({ mentions, facts });
      const left = open().length;
      progress.textContent = `${left} open of ${numbers ? all().length : 0}${dirty ? ", not saved" : ""}`;
      if (record) view.select(record.id, { focus: !isFact(record) });
    }

    function next() {
      const rest = open();
      if (!rest.length) { show(view.chosen && find(view.chosen.id)); tell("Every record has its verdict; save with s."); return; }
      const order = byPlace();
      const here = view.chosen ? order.findIndex((r) => r.id === view.chosen.id) : -1;
      show(order.slice(here + 1).find((r) => !r.verdict) || rest[0]);
    }

    function judge(record, verdict) {
      if (!record) return;
      dirty = true;
      if (record.verdict === "added" && verdict === "rejected") { // what was added is taken back
        mentions = mentions.filter((m) => m !== record);
        facts = facts.filter((f) => f !== record && f.figure !== record.id);
        view.close();
        show(null);
        return;
      }
      record.verdict = verdict === "accepted" && DONE.has(record.verdict) ? record.verdict : verdict;
      if (!isFact(record) && verdict === "rejected") for (const f of facts) if (f.figure === record.id) f.verdict = "rejected";
      if (isFact(record) && DONE.has(verdict)) { const figure = find(record.figure); if (!DONE.has(figure.verdict)) figure.verdict = "accepted"; }
      if (verdict) next(); else show(record);
    }

    function acceptAll() {
      for (const record of open()) record.verdict = "accepted";
      dirty = true;
      show(view.chosen && find(view.chosen.id));
    }

    // ------------------------------------------------------------------------------------------------------------ forms

    function actions(record) {
      const button = (name, what, key) => z.el("button", { type: "button", onclick: what }, `${name} `, z.el("kbd", {}, key));
      return z.el("div", { class: "bar", role: "group", "aria-label": "Verdict" },
        z.el("span", { class: `verdict ${record.verdict}` }, record.verdict || "open"),
        button("Accept", () => judge(find(record.id), "accepted"), "a"), button("Reject", () => judge(find(record.id), "rejected"), "x"),
        button("Correct", () => edit(find(record.id)), "e"), record.verdict ? button("Open again", () => judge(find(record.id), ""), "u") : null,
        record.type === "quantity" || record.type === "ordinal" ? button("Add a fact", () => addFact(find(record.id)), "g") : null);
    }

    function field(list, name, value) {
      const id = `field-${name}`;
      const choices = name === "mod" ? CHOICES.mod[list === "time" ? "time" : "other"] : name === "type" && list !== "fact" ? TYPES : CHOICES[name];
      const input = choices
        ? z.el("select", { id, name }, NEEDED.has(name) ? null : z.el("option", { value: "" }, "(none)"), choices.map((c) => z.el("option", { value: c }, c)))
        : z.el("input", { id, name, lang: z.NORMAL, autocomplete: "off", spellcheck: "false" });
      input.value = value ?? "";
      return [z.el("label", { for: id }, name), input];
    }

    /** The form of a record; null: of a mention to add. */
    function edit(record, suggested = null) {
      const list = record ? listOf(record) : "mention";
      const chosen = view.chosen;
      const span = record && !isFact(record) ? record : view.selected() || (chosen && chosen.start !== undefined ? { start: chosen.end, end: chosen.end + 1 } : { start: 0, end: 1 });
      const spot = z.el("p", { class: "name", lang: view.lang });
      const number = (name, value) => [z.el("label", { for: `field-${name}` }, name), z.el("input", { type: "number", id: `field-${name}`, name, min: 0, max: characters.length, value })];
      const words = z.el("input", { id: "field-words", lang: "zh", autocomplete: "off" });
      const parts = z.el("div", { class: "wide" });
      const node = z.el("form", { class: "fields", "aria-label": record ? `Correct ${list}` : "Add a mention" });
      const values = () => Object.fromEntries(new FormData(node));
      const span2 = () => ({ start: Number(node.elements.start.value), end: Number(node.elements.end.value) });
      const draw = () => { const s = span2(); spot.textContent = characters.slice(s.start, s.end).join("").replace(/\s*\n\s*/g, " ⏎ "); };

      async function fill() { // what the rules would make of it
        const type = node.elements.type.value;
        try {
          const made = await ask(`/v1/articles/${key}/suggest`, "POST", { ...span2(), type });
          parts.replaceChildren(z.el("div", { class: "fields-of-type" }, FIELDS[type].flatMap((name) => field(type, name, made[name]))));
          parts.dataset.text = made.text;
        } catch (error) { tell(error.message, true); }
      }

      node.addEventListener("change", async (event) => { // the days follow from the EDTF
        if (event.target.name !== "edtf") return;
        try {
          const days = await ask(`/v1/bounds?edtf=${encodeURIComponent(event.target.value)}`);
          for (const name of ["first", "last"]) node.elements[name].value = days[name] ?? "";
          tell("");
        } catch (error) { tell(error.message, true); }
      });
      if (list === "fact") {
        node.append(...FIELDS.fact.flatMap((name) => field("fact", name, record[name])));
      } else {
        if (!record) node.append(z.el("label", { for: "field-words" }, "words"), words);
        node.append(...number("start", span.start), ...number("end", span.end), z.el("div", { class: "wide" }, spot));
        node.append(...field("mention", "type", record ? record.type : "quantity"), parts);
        if (record) {
          parts.append(z.el("div", { class: "fields-of-type" }, FIELDS[list].flatMap((name) => field(list, name, record[name]))));
          parts.dataset.text = record.text;
        }
        for (const name of ["start", "end"]) node.elements[name].addEventListener("input", draw);
        for (const name of ["start", "end", "type"]) node.elements[name].addEventListener("change", fill);
        words.addEventListener("input", () => { // the next place of what is typed, from the mention chosen on
          const wanted = Array.from(words.value);
          if (!wanted.length) return;
          const at = (from) => { for (let i = from; i + wanted.length <= characters.length; i++) if (wanted.every((c, k) => c === characters[i + k])) return i; return -1; };
          const from = Math.max(at(span.start), -1);
          const found = from >= 0 ? from : at(0);
          if (found < 0) return;
          node.elements.start.value = found;
          node.elements.end.value = found + wanted.length;
          draw();
          fill();
        });
      }
      node.append(z.el("div", { class: "bar" }, z.el("button", { class: "main" }, record && record.verdict !== "new" ? "Correct" : "Add"), z.el("button", { type: "button", onclick: () => leave() }, "Cancel")));
      const leave = () => { if (record) { if (record.verdict === "new") facts = facts.filter((f) => f !== record); show(find(record.id) || null); } else if (chosen) show(find(chosen.id)); else view.close(); };
      node.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); leave(); } });
      node.addEventListener("submit", (event) => {
        event.preventDefault();
        const said = values();
        const type = list === "fact" ? "fact" : said.type;
        const fields = Object.fromEntries(FIELDS[type].map((name) => [name, said[name] === "" && !NEEDED.has(name) ? null : said[name] ?? null]));
        dirty = true;
        if (list === "fact") {
          Object.assign(record, fields, { verdict: record.verdict === "added" || record.verdict === "new" ? "added" : "corrected" });
          const figure = find(record.figure);
          if (!DONE.has(figure.verdict)) figure.verdict = "accepted";
          tell("");
          show(record);
          return;
        }
        const whole = { ...span2(), type, text: parts.dataset.text, ...fields };
        if (record) {
          for (const name of FIELDS[record.type]) delete record[name];
          Object.assign(record, whole, { verdict: record.verdict === "added" ? "added" : "corrected" });
          if (type !== "quantity" && type !== "ordinal") facts = facts.filter((f) => f.figure !== record.id);
          show(record);
        } else {
          const added = { ...whole, id: `r${++numbers}n`, verdict: "added", rule: "" };
          mentions = [...mentions, added];
          show(added);
        }
        tell("");
      });
      view.panel.classList.remove("empty");
      document.body.classList.add("selected");
      view.panel.replaceChildren(z.el("h2", {}, node.getAttribute("aria-label")), node);
      if (list !== "fact") draw();
      if (!record) fill();
      (record ? node.querySelector(list === "fact" ? "input" : ".fields-of-type input, .fields-of-type select") : view.selected() ? node.elements.type : words).focus();
    }

    function addFact(figure) {
      if (!figure || (figure.type !== "quantity" && figure.type !== "ordinal")) { tell("A fact is added to a quantity or an ordinal: choose one first.", true); return; }
      const sentence = given.document.sentences.find((s) => s.start <= figure.start && figure.start < s.end);
      const near = facts.filter((f) => f.evidence && sentence && f.evidence.start === sentence.start).at(-1) || {};
      const blank = Object.fromEntries(FIELDS.fact.map((name) => [name, null]));
      const { value, lower = null, upper = null, unit, mod = null } = figure;
      const added = {
        ...blank, subject: near.subject ?? null, time: near.time ?? null, type: "level", value, lower, upper, unit, mod,
        id: `r${++numbers}n`, verdict: "new", rule: "", figure: figure.id, quantity: figure.id, evidence: sentence && { start: sentence.start, end: sentence.end },
      };
      facts = [...facts, added];
      view.update({ mentions, facts });
      edit(added);
    }

    // ------------------------------------------------------------------------------------------------------------- save

    async function save() {
      const kept = mentions.filter((m) => DONE.has(m.verdict));
      const starts = new Map(mentions.map((m) => [m.id, m.start]));
      const pick = (record, names) => Object.fromEntries(names.map((name) => [name, record[name] ?? null]).filter(([name, value]) => name !== "title" || value !== null));
      const gold = { published: given.document.published };
      for (const type of TYPES) gold[type] = kept.filter((m) => m.type === type).map((m) => pick(m, ["start", "end", "text", ...FIELDS[type]]));
      gold.facts = facts.filter((f) => DONE.has(f.verdict)).map((f) => ({ ...pick(f, FIELDS.fact), q_start: starts.get(f.figure) }));
      const verdicts = all().filter((r) => r.verdict).map((r) => ({ key: keyOf(r, starts.get(r.figure)), verdict: r.verdict, rule: r.rule || null }));
      saveButton.disabled = true;
      try {
        ({ version } = await ask(`/v1/articles/${key}/gold`, "PUT", { version, gold, verdicts }));
        dirty = false;
        const left = open().length;
        tell(`Saved: ${kept.length} mentions, ${gold.facts.length} facts.${left ? ` ${left} records are still open and not in the gold.` : ""}`);
        reload();
      } catch (error) { tell(error.message, true); }
      saveButton.disabled = false;
      show(view.chosen && find(view.chosen.id));
    }

    async function read(file) {
      try {
        const gold = await ask(`/v1/articles/${key}/import/${form.value}`, "POST", await file.text());
        ({ mentions, facts } = join({ ...given, gold, verdicts: [] }));
        numbers += mentions.length + facts.length;
        dirty = true;
        view.close();
        show(null);
        tell("Imported; look it through, then save.");
      } catch (error) { tell(error.message, true); }
    }

    function press(event) {
      if (z.typing(event) || !root.isConnected || document.querySelector("dialog[open]")) return;
      const record = view.chosen && find(view.chosen.id);
      const act = {
        a: () => judge(record, "accepted"), x: () => judge(record, "rejected"), u: () => judge(record, ""), e: () => record && edit(record),
        n: () => edit(null), g: () => addFact(record && isFact(record) ? find(record.figure) : record), o: next, A: acceptAll, s: save,
      }[event.key];
      if (act) { event.preventDefault(); act(); }
    }
    const leaving = (event) => { if (dirty) event.preventDefault(); };
    document.addEventListener("keydown", press);
    addEventListener("beforeunload", leaving);
    show(null);
    return {
      stop() { view.stop(); document.removeEventListener("keydown", press); removeEventListener("beforeunload", leaving); },
      get dirty() { return dirty; },
    };
  }

  document.addEventListener("DOMContentLoaded", async () => {
    if (document.body.dataset.page !== "review") return;
    const { forms } = z.data();
    const status = z.el("p", { role: "status", id: "status", class: "note" });
    const tell = (what, bad = false) => { status.textContent = what; status.className = bad ? "problem" : "note"; };
    const work = z.el("div", { id: "work" });
    const shelf = z.el("div", { id: "shelf" });
    let current = null;
    let table = null;

    async function openArticle(row) {
      if (current && current.dirty && !confirm("What you have said of this article is not saved. Leave it?")) return;
      tell("Extracting …");
      try {
        const given = await ask(`/v1/articles/${row.key}`);
        if (current) current.stop();
        history.replaceState(null, "", location.pathname);
        current = review(work, row.key, given, { tell, forms, reload });
        tell(`${row.name}: choose a mention and say what you think of it; ? lists the keys.`);
        work.scrollIntoView();
      } catch (error) { tell(error.message, true); }
    }

    async function reload() {
      try {
        const rows = await ask("/v1/articles");
        if (table) { table.reset(rows); return; }
        table = z.table({
          name: "shelf", noun: "articles", caption: "Articles to review", rows, page: 20, activate: openArticle,
          columns: [
            { label: "article", value: (a) => a.name, show: (a) => z.el("button", { type: "button", class: "link", onclick: () => openArticle(a) }, a.name) },
            { label: "gold", value: (a) => (a.gold ? "yes" : "no"), choice: true },
            { label: "saved", value: (a) => a.saved },
          ],
        });
        shelf.replaceChildren(table.node);
      } catch (error) { tell(error.message, true); }
    }

    document.getElementById("main").append(z.el("h1", {}, "Review"), shelf, status, work);
    await reload();
  });
})(window.zhextract);
