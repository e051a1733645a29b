// The pages of the report: each tells by data-page what it shows, and brings its data along.
"use strict";
(function (z) {
  const main = () => document.getElementById("main");

  function index({ articles, problems }) {
    const table = z.table({
      name: "articles",
      noun: "articles",
      caption: "Articles; each opens by its title",
      rows: articles,
      activate: (a) => { location.href = a.href; },
      columns: [
        { label: "title", value: (a) => a.title, text: (a) => a.id, show: (a) => z.el("a", { href: a.href, lang: z.NORMAL }, a.title) },
        { label: "published", value: (a) => a.published },
        { label: "source", value: (a) => a.name },
        { label: "script", value: (a) => a.script, choice: true },
        { label: "characters", value: (a) => a.chars, number: true },
        { label: "quantities", value: (a) => a.quantity, number: true },
        { label: "ordinals", value: (a) => a.ordinal, number: true },
        { label: "times", value: (a) => a.time, number: true },
        { label: "names", value: (a) => a.entity, number: true },
        { label: "facts", value: (a) => a.facts, number: true },
      ],
    });
    main().append(...[
      z.el("h1", {}, "Articles"),
      problems.length ? z.el("details", { class: "problem" }, z.el("summary", {}, `${problems.length} articles cannot show their text`), z.el("ul", {}, problems.map((p) => z.el("li", {}, p)))) : null,
      table.node,
    ].filter(Boolean));
    const search = (event) => { if (event.key === "/" && !z.typing(event)) { event.preventDefault(); table.search.focus(); } };
    document.addEventListener("keydown", search);
  }

  function facts({ articles }) {
    const rows = (z.chunks || []).flat().map(([article, id, subject, indicator, type, amount, size, unit, time, basis, whole]) => ({
      article, id, subject, indicator, type, amount, size: size === null ? NaN : size, unit, time, basis, whole,
    }));
      const table = z.table({
      name: "facts",
      noun: "facts",
      caption: "Facts of all articles; the indicator opens the evidence",
      rows,
      activate: (f) => { location.href = `${articles[f.article].href}#${f.id}`; },
      columns: [
        { label: "subject", value: (f) => f.subject, show: (f) => z.el("span", { lang: z.NORMAL }, f.subject ?? "") },
        { label: "indicator", value: (f) => f.indicator, show: (f) => z.el("a", { lang: z.NORMAL, href: `${articles[f.article].href}#${f.id}` }, f.indicator || "(none)") },
        { label: "type", value: (f) => f.type, choice: true },
        { label: "value", value: (f) => f.size, text: (f) => f.amount, show: (f) => f.amount, number: true },
        { label: "unit", value: (f) => f.unit, choice: true },
        { label: "time", value: (f) => f.time },
        { label: "basis", value: (f) => f.basis },
        { label: "share of", value: (f) => f.whole, show: (f) => z.el("span", { lang: z.NORMAL }, f.whole ?? "") },
        { label: "article", value: (f) => articles[f.article].title, show: (f) => z.el("a", { href: articles[f.article].href, lang: z.NORMAL }, articles[f.article].title) },
      ],
    });
    main().append(z.el("h1", {}, "Facts"), rows.length ? table.node : z.el("p", { class: "note" }, "No facts in these articles."));
  }

  function series({ series: all, articles }) {
    main().append(z.el("h1", {}, "Indicators over time"));
    if (!all.length) {
      main().append(z.el("p", { class: "note" }, "No indicator stands here with values of two different times."));
      return;
    }
    const shown = z.el("div", { id: "plot", "aria-live": "polite" });
    const show = (s) => {
      const title = [s.subject, s.indicator].filter(Boolean).join(" · ");
      const points = s.points.map(([day, time, value, text, article, id]) => ({ day, value, shown: text, label: time, href: `${articles[article].href}#${id}` }));
      shown.replaceChildren(
        z.overTime(points, { title: `${title} (${s.type}${s.basis ? `, ${s.basis}` : ""}, ${s.unit})`, unit: s.unit }),
        z.el("ul", {}, points.map((p) => z.el("li", {}, `${p.label}: `, z.el("a", { href: p.href }, p.shown)))),
      );
    };
    const table = z.table({
      name: "series",
      noun: "indicators",
      caption: "Indicators with values of more than one time; choose one to draw it",
      rows: all,
      activate: show,
      columns: [
        { label: "subject", value: (s) => s.subject, show: (s) => z.el("span", { lang: z.NORMAL }, s.subject ?? "") },
        { label: "indicator", value: (s) => s.indicator, show: (s) => z.el("button", { type: "button", class: "link", lang: z.NORMAL, onclick: () => show(s) }, s.indicator || "(none)") },
        { label: "type", value: (s) => s.type, choice: true },
        { label: "unit", value: (s) => s.unit, choice: true },
        { label: "basis", value: (s) => s.basis },
        { label: "times", value: (s) => s.points.length, number: true },
      ],
    });
    main().append(shown, table.node);
    show(all[0]);
  }

  function rules({ counts, articles, total }) {
    const most = counts.slice(0, 30);
    const panel = z.el("div", { id: "rule", "aria-live": "polite" });
    const show = (c) => {
      const rule = z.rules[c.rule];
      panel.replaceChildren(...[
        z.el("h2", {}, z.el("code", {}, c.rule)),
        z.el("p", { class: "note" }, rule ? (rule.line ? `${rule.file}:${rule.line}` : rule.file) : "not among the rules that are loaded here"),
        rule && rule.source ? z.el("pre", { lang: z.NORMAL, tabindex: "0" }, rule.source) : null,
        z.el("h3", {}, "Where"),
        z.el("ul", { class: "plain" }, c.where.map(([article, id, text]) => z.el("li", {}, z.el("a", { href: `${articles[article].href}#${id}`, lang: z.NORMAL }, text), ` · ${articles[article].title}`))),
      ].filter(Boolean));
      panel.scrollIntoView({ block: "nearest" });
    };
    const table = z.table({
      name: "rules",
      noun: "rules",
      caption: "Records by rule; choose a rule to see it and where it found something",
      rows: counts,
      activate: show,
      columns: [
        { label: "rule", value: (c) => c.rule, show: (c) => z.el("button", { type: "button", class: "link", onclick: () => show(c) }, c.rule) },
        { label: "type", value: (c) => c.type, choice: true },
        { label: "file", value: (c) => { const r = z.rules[c.rule]; return r ? (r.line ? `${r.file}:${r.line}` : r.file) : ""; } },
        { label: "records", value: (c) => c.count, number: true },
        { label: "articles", value: (c) => c.articles, number: true },
      ],
    });
    main().append(...[
      z.el("h1", {}, "Rules"),
      z.el("p", { class: "meta" }, `${total} records by ${counts.length} rules`),
      panel,
      table.node,
      most.length ? z.bars(most.map((c) => ({ label: c.rule, value: c.count, shown: String(c.count) })), { title: "Records by rule, the most frequent first" }) : null,
    ].filter(Boolean));
  }

  const pages = { index, facts, series, rules, article: (view) => z.article(main(), view) };
  document.addEventListener("DOMContentLoaded", () => {
    const page = pages[document.body.dataset.page];
    if (page) page(z.data());
  });
})(window.zhextract);
