// The camera. A frame is its central square, scaled down; it is sent as base64 of its red, green and blue bytes.
// One message at a time: the next one is sent when the page has answered, or has not answered for too long.

const cameras = new WeakMap(); // element -> its state
const EVERY = 100; // ms between two frames that are answered
const PATIENCE = 4000; // ms after which an unanswered message is not waited for any longer

function fresh(parent) {
  const find = (name) => parent.querySelector(name);
  const canvas = document.createElement("canvas");
  return {
    stream: null, facing: "user", number: 0, heard: 0, at: 0, timer: 0, held: null, frames: [], ticker: 0, queue: [], trouble: "",
    canvas, frame: find(".frame"), video: find("video"), count: find(".count"), said: find(".trouble"), open: find(".open"), other: find(".other"),
    holds: find(".holds"), how: find(".how"), status: find(".status"),
  };
}

function encoded(it) {
  const { side } = it.data;
  const { videoWidth: width, videoHeight: height } = it.video;
  if (!width || !height) return null;
  it.canvas.width = it.canvas.height = side;
  const context = it.canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const cut = Math.min(width, height);
  context.drawImage(it.video, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side);
  const rgba = context.getImageData(0, 0, side, side).data;
  const rgb = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i += 1) rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  let text = "";
  for (let i = 0; i < rgb.length; i += 8192) text += String.fromCharCode(...rgb.subarray(i, i + 8192));
  return btoa(text);
}

function trouble(it, word) {
  it.trouble = word;
  show(it);
}

async function start(it) {
  if (!navigator.mediaDevices?.getUserMedia) return trouble(it, "insecure");
  it.status.textContent = it.data.words.asking;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: it.facing }, width: { ideal: 640 }, height: { ideal: 480 } }, audio: false,
    });
  } catch (error) {
    const words = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };
    return trouble(it, words[error.name] ?? "busy");
  }
  if (it.gone) { // the page was left while the browser asked
    for (const track of stream.getTracks()) track.stop();
    return undefined;
  }
  it.stream = stream;
  it.trouble = "";
  it.status.textContent = "";
  it.video.srcObject = stream;
  for (const track of stream.getTracks()) track.onended = () => stop(it, "busy");
  await it.video.play().catch(() => undefined);
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  it.several = devices.filter((device) => device.kind === "videoinput").length > 1;
  show(it);
  if (it.data.mode === "watch") look(it);
  return undefined;
}

function stop(it, word = "") {
  release(it);
  clearTimeout(it.timer);
  for (const track of it.stream?.getTracks() ?? []) track.stop();
  it.stream = null;
  it.video.srcObject = null;
  it.trouble = word;
  if (it.gone) return;
  if (it.data.mode === "watch") {
    it.number += 1;
    it.setStateValue("frame", `${it.number}:`);
  }
  show(it);
}

// Answers: a frame is sent when the previous one was answered.
function look(it) {
  clearTimeout(it.timer);
  if (it.gone || !it.stream) return;
  const since = performance.now() - it.at;
  if (since >= EVERY && (it.heard >= it.number || since > PATIENCE)) {
    const frame = encoded(it);
    if (frame) {
      it.number += 1;
      it.at = performance.now();
      it.setStateValue("frame", `${it.number}:${frame}`);
    }
  }
  it.timer = setTimeout(() => look(it), 25);
}

// Recordings.
function hold(it, at) {
  if (it.held !== null || !it.stream || it.data.full) return;
  it.held = at;
  it.frames = [];
  take(it);
  it.ticker = setInterval(() => take(it), 1000 / it.data.rate);
  show(it);
}

function take(it) {
  const frame = encoded(it);
  if (frame) it.frames.push(frame);
  it.count.textContent = it.frames.length;
  if (it.frames.length >= it.data.most) release(it);
}

function release(it) {
  if (it.held === null) return;
  clearInterval(it.ticker);
  const at = it.held;
  it.held = null;
  if (it.frames.length) {
    it.queue.push({ at, frames: it.frames });
    it.status.textContent = it.data.words.recorded.replace("%k", it.frames.length).replace("%n", it.data.names[at]);
  }
  it.frames = [];
  show(it);
  deliver(it);
}

function deliver(it) {
  if (it.gone || !it.queue.length) return;
  const since = performance.now() - it.at;
  if (it.heard < it.number && since < PATIENCE) {
    clearTimeout(it.timer);
    it.timer = setTimeout(() => deliver(it), 50);
    return;
  }
  it.number += 1;
  it.at = performance.now();
  it.setTriggerValue("recorded", { number: it.number, ...it.queue.shift() });
  if (it.queue.length) it.timer = setTimeout(() => deliver(it), 50);
}

function buttons(it) {
  const { names } = it.data;
  while (it.holds.children.length > names.length) it.holds.lastChild.remove();
  while (it.holds.children.length < names.length) {
    const button = document.createElement("button");
    const at = it.holds.children.length;
    button.type = "button";
    button.onpointerdown = (event) => {
      if (event.button) return;
      button.setPointerCapture(event.pointerId);
      it.pressed = true;
      hold(it, at);
    };
    button.onpointerup = button.onpointercancel = () => release(it);
    button.ontouchmove = (event) => event.preventDefault(); // no fling, which would swallow the next tap
    button.oncontextmenu = (event) => event.preventDefault(); // a long touch
    button.onkeydown = (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      it.pressed = true;
      if (!event.repeat) hold(it, at);
    };
    button.onkeyup = (event) => {
      if (event.key === " " || event.key === "Enter") release(it);
    };
    button.onblur = () => { // not of another button, which loses the focus to the pressed one
      if (it.held === at) release(it);
    };
    button.onclick = () => { // without a pointer or a key: pressed by a screen reader, which can't hold a button
      if (!it.pressed) {
        hold(it, at);
        release(it);
      }
      it.pressed = false;
    };
    it.holds.append(button);
  }
  [...it.holds.children].forEach((button, at) => {
    const on = it.held === at;
    button.classList.toggle("on", on);
    button.disabled = !it.stream || it.data.full;
    button.textContent = (on ? it.data.words.recording : it.data.words.hold).replace("%n", names[at]);
  });
}

function show(it) {
  const { words, mode, full } = it.data;
  const recording = mode === "record";
  it.frame.hidden = !it.stream;
  it.frame.classList.toggle("on", it.held !== null);
  it.count.hidden = it.held === null;
  it.video.classList.toggle("mirrored", it.facing === "user");
  it.video.setAttribute("aria-label", words.view);
  it.open.textContent = it.stream ? words.close : words.open;
  it.other.textContent = words.other;
  it.other.hidden = !it.stream || !it.several;
  it.holds.hidden = !recording || !it.stream;
  it.said.hidden = !it.trouble;
  it.said.textContent = it.trouble ? words[it.trouble] : "";
  it.how.textContent = recording ? (full ? words.full : words.how) : words.watching;
  buttons(it);
}

export default function ({ data: [data], parentElement, setStateValue, setTriggerValue }) {
  const first = !cameras.has(parentElement);
  if (first) cameras.set(parentElement, fresh(parentElement));
  const it = cameras.get(parentElement);
  Object.assign(it, { data, setStateValue, setTriggerValue });
  if (first) {
    it.number = it.heard = data.heard;
    it.open.onclick = () => (it.stream ? stop(it) : start(it));
    it.other.onclick = async () => {
      it.facing = it.facing === "user" ? "environment" : "user";
      stop(it);
      await start(it);
    };
  } else {
    it.heard = Math.max(it.heard, data.heard);
  }
  show(it);
  return () => {
    it.gone = true;
    clearTimeout(it.timer);
    clearInterval(it.ticker);
    for (const track of it.stream?.getTracks() ?? []) track.stop();
    cameras.delete(parentElement);
  };
}
