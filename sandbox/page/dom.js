// Small helpers to build elements. Text always goes in as text, so no message can become markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SHAPES = {
  sent: "M6 6.5 9 9.5 15 2.5",
  delivered: "M1.5 6.5 4.5 9.5 10.5 2.5M7.5 9.2 8 9.5 14.5 2.5",
  waiting: "M12 1.5a4.5 4.5 0 1 0 .01 0M12 3.5v2.7l1.7 1",
  reply: "M10 5 3 11l7 6v-4c6 0 9 2 11 5-.5-6-4-9.5-11-10z",
  list: "M4 6h16M4 12h16M4 18h16",
  link: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  clip: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4L15 7",
  plane: "M4 4l17 8-17 8 2.5-8zM6.5 12H13",
};

export function icon(name, size = 24, label = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  const tick = ["sent", "delivered", "waiting"].includes(name);
  svg.setAttribute("viewBox", tick ? "0 0 18 12" : "0 0 24 24");
  svg.setAttribute("width", tick ? 18 : size);
  svg.setAttribute("height", tick ? 12 : size);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  if (!tick) {
    for (const [key, value] of Object.entries({ fill: "none", stroke: "currentColor", "stroke-width": "1.8" })) {
      svg.setAttribute(key, value);
    }
    svg.setAttribute("stroke-linejoin", "round");
    svg.setAttribute("stroke-linecap", "round");
  }
  return svg;
}
