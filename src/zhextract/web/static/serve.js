// The page to paste a text into, or to drop a file on.
"use strict";
(function (z) {
  document.addEventListener("DOMContentLoaded", () => {
    if (document.body.dataset.page !== "serve") return;
    const { limits } = z.data();
    let shown = null;
    const status = z.el("p", { role: "status", id: "status" });
    const text = z.el("textarea", { id: "paste", name: "text", lang: "zh", required: true, placeholder: "…", spellcheck: "false" });
    const day = z.el("input", { type: "date", id: "published" });
    const file = z.el("input", { type: "file", id: "file", accept: ".txt,.md,text/plain" });
    const result = z.el("div", { id: "result" });
    const form = z.el("form", { class: "paste" },
      z.el("label", { for: "paste" }, "Paste an article here, or drop a text file:"), text,
      z.el("div", { class: "bar" },
        z.el("label", {}, "published ", day), z.el("label", {}, "file ", file),
        z.el("button", { class: "main" }, "Extract ", z.el("kbd", {}, "Ctrl Enter"))));

    async function extract(body, type, query) {
      status.textContent = "Extracting …";
      status.className = "note";
      const ask = new URLSearchParams(query);
      if (day.value) ask.set("published", day.value);
      try {
        if ((body.size ?? body.length) > limits) throw new Error(`That is too much: at most ${limits} bytes.`);
        const answer = await fetch(`/v1/view?${ask}`, { method: "POST", body, headers: { "content-type": type } });
        const given = await answer.json();
        if (!answer.ok) throw new Error([given.title, given.detail].filter(Boolean).join("; "));
        if (shown) shown.stop();
        history.replaceState(null, "", location.pathname);
        shown = z.article(result, given);
        status.textContent = `${given.document.mentions.length} mentions, ${given.document.facts.length} facts`;
        result.scrollIntoView();
      } catch (error) {
        status.textContent = error.message;
        status.className = "problem";
      }
    }

    const send = () => extract(text.value, "text/plain; charset=utf-8", {});
    const sendFile = (given) => extract(given, "application/octet-stream", { name: given.name, id: given.name.replace(/\.[^.]*$/, "") });
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
    text.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); } });
    file.addEventListener("change", () => { if (file.files.length) sendFile(file.files[0]); });
    for (const kind of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(kind, (event) => {
        event.preventDefault();
        form.classList.toggle("drop", kind === "dragover");
        if (kind === "drop" && event.dataTransfer.files.length) sendFile(event.dataTransfer.files[0]);
      });
    }
    document.getElementById("main").append(z.el("h1", {}, "See what is found in a text"), form, status, result);
  });
})(window.zhextract);
