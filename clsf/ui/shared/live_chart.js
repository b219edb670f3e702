// Draws one Plotly figure and redraws it in place: the zoom stays while the numbers grow (layout.uirevision).
// Colours of text, lines and background come from the page's theme, so light and dark need only one figure.

const libraries = new Map(); // address -> promise of Plotly
const charts = new WeakMap(); // element -> { figure, observer }
const linked = new Map(); // group -> Set of charts that zoom together

function library(address) {
  if (window.Plotly?.react) return Promise.resolve(window.Plotly);
  if (!libraries.has(address)) {
    const loading = new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.src = new URL(address, document.baseURI).href;
      script.onload = () => loaded(window.Plotly);
      script.onerror = () => {
        libraries.delete(address); // the next redraw tries again
        failed(new Error(`could not load ${script.src}`));
      };
      document.head.append(script);
    });
    libraries.set(address, loading);
  }
  return libraries.get(address);
}

// Charts are redrawn one after another, each in its own task and after the browser has laid out what else is new on
// the page, so that the page can answer in between. A hidden page has no frames to wait for.
let turn = Promise.resolve();

function frame() {
  return new Promise((next) => {
    requestAnimationFrame(() => setTimeout(next));
    setTimeout(next, 250);
  });
}

function inTurn(draw) {
  const mine = turn.then(frame).then(draw);
  turn = mine.catch(() => {});
  return mine;
}

function themed(layout, element) {
  const css = getComputedStyle(element);
  const value = (name, otherwise) => css.getPropertyValue(name).trim() || otherwise;
  const text = value("--st-text-color", "#222222");
  const grid = value("--st-border-color", "#dddddd");
  const background = value("--st-background-color", "#ffffff");
  const large = (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16; // on a projector the page's font is larger
  const finger = window.matchMedia("(pointer: coarse)").matches;
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, automargin: true };
  const axes = Object.entries(layout)
    .filter(([name]) => /^[xy]axis\d*$/.test(name))
    .map(([name, own]) => [name, { ...axis, ...own, title: { ...own.title, font: { size: 12 * large }, standoff: 8 } }]);
  return {
    ...layout,
    ...Object.fromEntries(axes),
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: value("--st-font", "sans-serif"), size: 13 * large, color: text },
    margin: { l: 8, r: finger ? 30 : 8, t: 24, b: 8 }, // without a pointer that can hover, the chart's buttons are always visible, next to it
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)", ...layout.legend },
    hovermode: layout.hovermode ?? "x unified",
    hoverlabel: { bgcolor: background, bordercolor: grid, font: { color: text, size: 12 * large } },
    dragmode: finger ? false : "zoom", // a finger scrolls the page
    modebar: { bgcolor: "rgba(0,0,0,0)", color: text, activecolor: text, orientation: "v" },
  };
}

// Charts of one group zoom together. Their x axes may measure different things: `link.scales` has, for each curve, pairs of
// [place on this chart's axis, place on the common one], ascending. The range shown here contains every curve's.

function across(scale, place, from, to) {
  const after = scale.findIndex((pair) => pair[from] >= place);
  if (after === 0) return scale[0][to] + (place - scale[0][from]);
  if (after < 0) return scale[scale.length - 1][to];
  const [one, two] = [scale[after - 1], scale[after]];
  const share = (place - one[from]) / (two[from] - one[from] || 1);
  return one[to] + share * (two[to] - one[to]);
}

function stretch(link, [low, high], from, to) {
  const scales = link.scales.filter((scale) => scale.length > 1);
  if (!scales.length) return [low, high];
  const lows = scales.map((scale) => across(scale, low, from, to));
  const highs = scales.map((scale) => across(scale, high, from, to));
  return [Math.min(...lows), Math.max(...highs)];
}

function axesOf(layout, letter) {
  return Object.keys(layout).filter((name) => new RegExp(`^${letter}axis\\d*$`).test(name));
}

// The ranges that a reader chose are kept per group, and put into every later figure.
function chosen(chart, layout) {
  const group = chart.data.link && linked.get(chart.data.link.group);
  if (!group?.ranges) return layout;
  const { common, source, own, ys } = group.ranges;
  const x = common && (source === chart ? own : stretch(chart.data.link, common, 1, 0));
  const withRange = (name, range) => (range ? { [name]: { ...layout[name], range, autorange: false } } : {});
  return Object.assign(
    { ...layout },
    ...axesOf(layout, "x").map((name) => withRange(name, x)),
    ...axesOf(layout, "y").map((name) => withRange(name, ys[name])),
  );
}

function zoomed(Plotly, chart, figure, event) {
  const group = linked.get(chart.data.link?.group);
  if (!group || chart.following || !Object.keys(event).some((name) => /axis\d*\.(range|autorange)/.test(name))) return;
  const range = (name) => (figure.layout[name]?.autorange === false && figure.layout[name].range?.slice()) || null;
  const own = range("xaxis");
  const common = own && stretch(chart.data.link, own, 0, 1);
  const ys = Object.fromEntries(axesOf(figure.layout, "y").map((name) => [name, range(name)]));
  group.ranges = common || Object.values(ys).some(Boolean) ? { common, source: chart, own, ys } : null;
  for (const other of group) if (other !== chart) follow(Plotly, other);
}

function forgotten(chart) {
  for (const [name, group] of linked) if (group.delete(chart) && !group.size) linked.delete(name);
}

async function follow(Plotly, chart) {
  if (!chart.figure?.isConnected) return;
  chart.following = true;
  const bare = themed(chart.data.figure.layout, chart.element);
  const wanted = chosen(chart, bare);
  const change = {};
  for (const name of [...axesOf(bare, "x"), ...axesOf(bare, "y")]) {
    if (wanted[name].range) change[`${name}.range`] = wanted[name].range;
    else change[`${name}.autorange`] = true;
  }
  try {
    await Plotly.relayout(chart.figure, change);
  } finally {
    chart.following = false;
  }
}

// Streamlit passes JSON as bytes.
export default function ({ data: bytes, parentElement }) {
  const text = new TextDecoder().decode(bytes);
  const data = JSON.parse(text);
  const figure = parentElement.querySelector(".clsf-chart");
  const note = parentElement.querySelector(".clsf-chart-note");
  parentElement.querySelector(".clsf-chart-title").textContent = data.title;
  figure.setAttribute("aria-label", data.alt);
  figure.style.height = `${data.height}px`;
  const chart = charts.get(parentElement) ?? {};
  charts.set(parentElement, chart);
  Object.assign(chart, { data, figure, element: parentElement });
  if (chart.group !== data.link?.group) forgotten(chart);
  chart.group = data.link?.group;
  if (data.link) {
    if (!linked.has(data.link.group)) linked.set(data.link.group, new Set());
    linked.get(data.link.group).add(chart);
  }

  library(data.library).then(
    (Plotly) => inTurn(async () => {
      if (chart.gone || chart.data !== data) return; // something newer already waits
      note.hidden = true;
      const layout = chosen(chart, themed(data.figure.layout, parentElement));
      const drawn = text + JSON.stringify(layout);
      if (chart.drawn === drawn) return; // nothing new, neither in the numbers nor in the theme
      await Plotly.react(figure, data.figure.data, layout, {
        displaylogo: false,
        displayModeBar: "hover",
        modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"],
        toImageButtonOptions: { filename: data.name, scale: 2 },
      });
      chart.drawn = drawn;
      if (!chart.observer) {
        chart.observer = new ResizeObserver(() => figure.isConnected && figure.offsetWidth && Plotly.Plots.resize(figure));
        chart.observer.observe(figure);
        figure.on("plotly_relayout", (event) => zoomed(Plotly, chart, figure, event));
      }
    }),
    (error) => {
      note.textContent = data.failed;
      note.hidden = false;
      console.warn(error.message);
    },
  );

  return () => {
    chart.gone = true;
    forgotten(chart);
    chart.observer?.disconnect();
    charts.delete(parentElement);
  };
}
