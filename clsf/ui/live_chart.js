// Draws one Plotly figure and redraws it in place: the zoom stays while the numbers grow (layout.uirevision).
// Colours of text, lines and background come from the page's theme, so light and dark need no second figure.

const libraries = new Map(); // address -> promise of Plotly
const charts = new WeakMap(); // element -> { figure, observer }

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

function themed(layout, element) {
  const css = getComputedStyle(element);
  const value = (name, otherwise) => css.getPropertyValue(name).trim() || otherwise;
  const text = value("--st-text-color", "#222222");
  const grid = value("--st-border-color", "#dddddd");
  const background = value("--st-background-color", "#ffffff");
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, automargin: true };
  const axes = Object.entries(layout)
    .filter(([name]) => /^[xy]axis\d*$/.test(name))
    .map(([name, own]) => [name, { ...axis, ...own, title: { ...own.title, font: { size: 12 }, standoff: 8 } }]);
  return {
    ...layout,
    ...Object.fromEntries(axes),
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: value("--st-font", "sans-serif"), size: 13, color: text },
    margin: { l: 8, r: 8, t: 24, b: 8 },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)", ...layout.legend },
    hovermode: "x unified",
    hoverlabel: { bgcolor: background, bordercolor: grid, font: { color: text, size: 12 } },
    dragmode: window.matchMedia("(pointer: coarse)").matches ? false : "zoom", // a finger scrolls the page
    modebar: { bgcolor: "rgba(0,0,0,0)", color: text, activecolor: text, orientation: "v" },
  };
}

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector(".clsf-chart");
  const note = parentElement.querySelector(".clsf-chart-note");
  figure.setAttribute("aria-label", data.alt);
  figure.style.height = `${data.height}px`;
  const chart = charts.get(parentElement) ?? {};
  charts.set(parentElement, chart);
  chart.data = data;

  library(data.library).then(
    async (Plotly) => {
      if (chart.gone || chart.data !== data) return; // something newer waits already
      note.hidden = true;
      await Plotly.react(figure, data.figure.data, themed(data.figure.layout, parentElement), {
        displaylogo: false,
        displayModeBar: "hover",
        modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
        toImageButtonOptions: { filename: data.name, scale: 2 },
      });
      if (!chart.observer) {
        chart.observer = new ResizeObserver(() => figure.isConnected && figure.offsetWidth && Plotly.Plots.resize(figure));
        chart.observer.observe(figure);
      }
    },
    (error) => {
      note.textContent = data.failed;
      note.hidden = false;
      console.warn(error.message);
    },
  );

  return () => {
    chart.gone = true;
    chart.observer?.disconnect();
    charts.delete(parentElement);
  };
}
