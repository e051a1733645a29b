// Plots as SVG: bars, and points over time. Each has its figures as text, too: in the table or list that it stands beside.
"use strict";
(function (z) {
  const WIDE = 720;

  function clip(text, size) {
    const characters = [...text];
    return characters.length > size ? `${characters.slice(0, size - 1).join("")}…` : text;
  }

  /** Horizontal bars. rows: [{label, value, shown}], longest first or as given; below zero they are marked as falls. */
  z.bars = (rows, { title, max }) => {
    const step = 24;
    const left = 260;
    const right = 110;
    const top = max ?? Math.max(...rows.map((row) => Math.abs(row.value)), 0);
    const height = rows.length * step + 8;
    const plot = z.svg("svg", { class: "plot", viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": title });
    rows.forEach((row, i) => {
      const size = top ? (Math.min(Math.abs(row.value), top) / top) * (WIDE - left - right) : 0;
      const y = i * step + 4;
      plot.append(
        z.svg("text", { x: left - 8, y: y + 15, "text-anchor": "end" }, z.svg("title", {}, row.label), clip(row.label, 20)),
        z.svg("rect", { x: left, y: y + 2, width: Math.max(size, 1).toFixed(1), height: step - 8, rx: 2, class: row.value < 0 ? "fall" : "fill" }),
        z.svg("text", { x: (left + size + 6).toFixed(1), y: y + 15 }, row.shown),
      );
    });
    return z.el("figure", {}, z.el("figcaption", {}, title), plot);
  };

  /** Points over time, joined in order. points: [{day: "YYYY-MM-DD", value, shown, label, href}]. */
  z.overTime = (points, { title, unit }) => {
    const height = 300;
    const box = { left: 90, right: WIDE - 30, top: 20, bottom: height - 44 };
    const days = points.map((p) => Date.parse(p.day));
    const values = points.map((p) => p.value);
    const span = (list) => {
      const low = Math.min(...list);
      const high = Math.max(...list);
      return low === high ? [low - Math.abs(low || 1) * 0.5, high + Math.abs(high || 1) * 0.5] : [low, high];
    };
    const [first, last] = span(days);
    const [low, high] = span(values);
    const x = (day) => box.left + 20 + ((day - first) / (last - first)) * (box.right - box.left - 40);
    const y = (value) => box.bottom - 10 - ((value - low) / (high - low)) * (box.bottom - box.top - 30);
    const plot = z.svg("svg", { class: "plot", viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": title });
    plot.append(
      z.svg("line", { class: "axis", x1: box.left, y1: box.bottom, x2: box.right, y2: box.bottom }),
      z.svg("line", { class: "axis", x1: box.left, y1: box.top, x2: box.left, y2: box.bottom }),
      z.svg("text", { x: box.left, y: 12, class: "faint" }, unit),
    );
    const least = points[values.indexOf(Math.min(...values))];
    const most = points[values.indexOf(Math.max(...values))];
    for (const end of new Set([least, most])) {
      plot.append(z.svg("text", { x: box.left - 6, y: y(end.value) + 4, "text-anchor": "end", class: "faint" }, clip(end.shown, 12)));
    }
    const path = points.map((p, i) => `${i ? "L" : "M"}${x(days[i]).toFixed(1)} ${y(p.value).toFixed(1)}`).join("");
    plot.append(z.svg("path", { class: "curve", d: path }));
    let written = -Infinity;
    points.forEach((p, i) => {
      const at = x(days[i]);
      plot.append(z.svg("circle", { class: "dot", cx: at.toFixed(1), cy: y(p.value).toFixed(1), r: 6 }, z.svg("title", {}, `${p.label}: ${p.shown}`)));
      if (at - written > 80) {
        plot.append(z.svg("text", { x: at.toFixed(1), y: box.bottom + 18, "text-anchor": "middle" }, p.label));
        written = at;
      }
    });
    return z.el("figure", {}, z.el("figcaption", {}, title), plot);
  };
})(window.zhextract);
