// The description of the interface, from /openapi.json, with a form to try what takes JSON.
"use strict";
(function (z) {
  function schema(given) {
    return z.el("pre", { tabindex: "0" }, JSON.stringify(given, null, 2));
  }

  function attempt(path, method) {
    const input = z.el("textarea", { "aria-label": `Body for ${path}`, rows: "4" }, '{"text": "2025-10-28: GDP +5.2%, 1,260.50 km"}');
    const output = z.el("pre", { tabindex: "0", hidden: true, role: "region", "aria-label": "Answer" });
    const ask = async (event) => {
      event.preventDefault();
      const answer = await fetch(path, { method: method.toUpperCase(), body: input.value, headers: { "content-type": "application/json" } });
      const text = await answer.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON: as it is */ }
      output.hidden = false;
      output.textContent = `${answer.status} ${answer.statusText}\n${shown}`;
    };
    return z.el("details", {}, z.el("summary", {}, "Try it"), z.el("form", { class: "paste", onsubmit: ask }, input, z.el("div", {}, z.el("button", {}, "Send"))), output);
  }

  function operation(path, method, op) {
    const kinds = Object.entries(op.requestBody?.content ?? {});
    return z.el("section", {},
      z.el("h2", {}, z.el("code", {}, `${method.toUpperCase()} ${path}`)),
      z.el("p", {}, op.summary),
      op.parameters?.length ? z.el("dl", {}, op.parameters.map((p) => [z.el("dt", {}, z.el("code", {}, `?${p.name}`)), z.el("dd", {}, p.description)])) : null,
      kinds.length ? [z.el("h3", {}, "Body"), z.el("dl", {}, kinds.map(([kind, { schema: s }]) => [z.el("dt", {}, z.el("code", {}, kind)), z.el("dd", {}, s.description ?? s.$ref ?? "")]))] : null,
      z.el("h3", {}, "Answers"),
      z.el("dl", {}, Object.entries(op.responses).map(([status, r]) => [z.el("dt", {}, status), z.el("dd", {}, r.description)])),
      op.requestBody?.content["application/json"] && method === "post" ? attempt(path, method) : null);
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.body.dataset.page !== "docs") return;
    const api = z.data();
    document.getElementById("main").append(
      z.el("h1", {}, `${api.info.title} ${api.info.version}`),
      z.el("p", {}, api.info.description),
      z.el("p", {}, "For programs: ", z.el("a", { href: "/openapi.json" }, "openapi.json"), " (OpenAPI 3.1)."),
      ...Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, op]) => operation(path, method, op))),
      z.el("h2", {}, "Schemas"),
      ...Object.entries(api.components.schemas).map(([name, s]) => z.el("details", {}, z.el("summary", {}, z.el("code", {}, name)), schema(s))),
    );
  });
})(window.zhextract);
