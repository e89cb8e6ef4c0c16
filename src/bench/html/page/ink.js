/** The colours of the theme, and the colour and shape of each subject. */

/** The number of colours, `--series-1` and so on. */
const COLOURS = 8;

/** Polygons around the origin: seven, so that pairs of colour and shape repeat after 56 subjects. */
const SHAPES = [
  polygon(24, 0, 1),
  polygon(4, 45, 1.2),
  polygon(3, -90, 1.3),
  polygon(4, 0, 1.25),
  polygon(3, 90, 1.3),
  polygon(10, -90, 1.5, 0.6),
  polygon(8, 0, 1.4, 0.45),
];

/** The size of marks, in CSS pixels. */
const RADIUS = 4;

const DASH = [7, 4];

/** Reads the colours of the current theme. */
export function inkOfTheme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    text: read("--ink"),
    dim: read("--dim"),
    rule: read("--rule"),
    paper: read("--paper"),
    colours: Array.from({ length: COLOURS }, (_, i) => read(`--series-${i + 1}`)),
    /** The font of a size in CSS pixels. */
    font: (size) => `${size}px ${style.fontFamily}`,
  };
}

export function colourOf({ index }, ink) {
  return ink.colours[index % COLOURS];
}

export function dashOf({ dashed }) {
  return dashed ? DASH : [];
}

/** The path of a mark on a canvas. */
export function markPath({ index }, x, y, scale) {
  const path = new Path2D();
  for (const [dx, dy] of SHAPES[index % SHAPES.length]) {
    path.lineTo(x + dx * RADIUS * scale, y + dy * RADIUS * scale);
  }
  path.closePath();
  return path;
}

/** A name with a piece of its line and the mark, for a legend. */
export function lineLabel(name, look, ink) {
  const colour = colourOf(look, ink);
  const corners = SHAPES[look.index % SHAPES.length]
    .map(([x, y]) => `${14 + x * RADIUS},${7 + y * RADIUS}`);
  return label(
    name,
    28,
    shape("path", {
      d: "M0 7H28",
      stroke: colour,
      "stroke-width": 2,
      "stroke-dasharray": dashOf(look),
    }),
    shape("polygon", { points: corners.join(" "), fill: colour, stroke: ink.paper }),
  );
}

/** A name with a solid or hatched box, for a legend. */
export function boxLabel(name, isHatched, ink) {
  const box = { x: 1, y: 1, width: 16, height: 12, stroke: ink.dim };
  const hatch = shape("path", { d: "M1 8L8 1M4 13L16 1M11 13L17 7", stroke: ink.dim });
  return isHatched
    ? label(name, 18, shape("rect", { ...box, fill: "none" }), hatch)
    : label(name, 18, shape("rect", { ...box, fill: ink.dim }));
}

/** A striped pattern of a colour. */
export function hatching(context, colour, scale) {
  const size = Math.round(6 * scale);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const stripes = tile.getContext("2d");
  stripes.strokeStyle = colour;
  stripes.lineWidth = 1.4 * scale;
  stripes.beginPath();
  // Three stripes, so that they meet those of the neighbouring tiles.
  for (const shift of [-size, 0, size]) {
    stripes.moveTo(shift - 1, size + 1);
    stripes.lineTo(shift + size + 1, -1);
  }
  stripes.stroke();
  return context.createPattern(tile, "repeat");
}

/** The corners of a polygon, alternating with an inner circle if there is one. */
function polygon(corners, degrees, radius, inner = radius) {
  return Array.from({ length: corners }, (_, i) => {
    const angle = (degrees / 180 + 2 * i / corners) * Math.PI;
    const distance = i % 2 === 0 ? radius : inner;
    return [Math.cos(angle) * distance, Math.sin(angle) * distance];
  });
}

function label(name, width, ...shapes) {
  const element = document.createElement("span");
  const picture = shape("svg", {
    width,
    height: 14,
    viewBox: `0 0 ${width} 14`,
    "aria-hidden": true,
  });
  picture.append(...shapes);
  element.append(picture, name);
  return element;
}

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
