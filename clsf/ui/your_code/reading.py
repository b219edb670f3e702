"""One program: the box that it is pasted into, and the answer: lines, faults, model and plan, code in both frameworks."""

from __future__ import annotations

import streamlit as st

from clsf import checks, packing
from clsf.errors import ClsfError
from clsf.faults.catalogue import FAULTS
from clsf.reader.explain import no_model
from clsf.reader.findings import faults
from clsf.reader.program import Program, read
from clsf.reader.text import MAX_BYTES, load
from clsf.ui.shared import example, facts, linked, problems, runs
from clsf.ui.shared.text import plain, t
from clsf.ui.your_code import findings_view, keys, model_view
from clsf.words import say

EXAMPLE = """\
import tensorflow as tf
from tensorflow.keras import layers

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 28, 28, 1) / 255.0
x_test = x_test.reshape(-1, 28, 28, 1) / 255.0

model = tf.keras.Sequential([
    layers.Conv2D(16, 3, activation="relu", input_shape=(28, 28, 1)),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(
    optimizer=tf.keras.optimizers.SGD(learning_rate=0.05),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(x_train, y_train, epochs=5, batch_size=64, validation_data=(x_test, y_test))
"""


def editor(text_key: str, upload_key: str, label: str) -> str:
    """Show the box and return its text; if short enough, the text is in the link under the key."""
    if text_key not in st.session_state:
        st.session_state[text_key] = _linked(text_key)
    st.text_area(
        label, key=text_key, height=320, max_chars=MAX_BYTES, persist_state="session",
        placeholder=t("Paste a whole program here: a .py file, the cells of a notebook, or a chatbot's answer."),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.file_uploader(
            t("or upload .py, .ipynb"), type=["py", "ipynb", "txt"], key=upload_key, max_upload_size=1,
            on_change=_upload, args=(text_key, upload_key),
        )  # fmt: skip
        take = {"on_click": findings_view.take, "args": (text_key, EXAMPLE)}
        st.button(t("Show an example"), key=f"{text_key}_example", icon=":material/lightbulb:", **take)
    text = st.session_state.get(text_key) or ""
    linked.put_long(text_key, packing.packed(text.encode()) if text else "", label)
    return text


def _linked(text_key: str) -> str:
    """Return the program in the link; "" if there is none, or, with a message, if it can't be read."""
    code = st.query_params.get(text_key, "")
    if not code:
        return ""
    try:
        content = packing.unpacked(code, MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise ValueError
        text = content.decode()
        checks.text(ClsfError, say("program"), text)
        return text
    except (ValueError, ClsfError):
        st.warning(
            t("The program in the link is damaged, perhaps cut off. Copy the whole link again."), icon=":material/link_off:"
        )
        return ""


def _upload(text_key: str, upload_key: str) -> None:
    """Put the file's source into the box; if it can't be read, leave a message."""
    file = st.session_state.get(upload_key)
    if file is not None:
        with problems.kept(keys.REFUSAL):
            st.session_state[text_key] = load(file.getvalue(), file.name).text


@problems.shown()
def answered(text: str, key: str) -> Program | None:
    """Show the analysis of a text; return the program if it holds a model."""
    runs.show_refusal(keys.REFUSAL)
    if not text.strip():
        if key == keys.TEXT:
            _example()
        return None
    program = read(text)
    findings = faults(program)
    if program.spec is None:
        st.error(plain(no_model(program)), icon=":material/error:")
        return None
    told = tuple(sorted({finding.kind for finding in findings}))
    facts.tell("code", framework=program.framework, faults=told, lines=len(program.source.lines))
    findings_view.listing(program, findings)
    findings_view.show(program, findings, key)
    model_view.show(program, key)
    model_view.code(program, key)
    return program


def _example() -> None:
    """Show an example program with a fault, and the analysis of it."""
    program = read(EXAMPLE)
    with st.container(border=True, key="example_code", gap="small"):
        example.head(t("A program as a student might paste it. It runs, and it learns badly."))
        example.guess(t("Guess before you open it: in which line is the fault?"))
        st.code(EXAMPLE, language="python", line_numbers=True, wrap_lines=True, height=240)
        with st.expander(t("What would be said of it"), icon=":material/stethoscope:"):
            for finding in faults(program):
                title = plain(FAULTS[finding.kind].title)
                st.markdown(f"**{t('Line {line}', line=finding.line)} · {title}**  \n{plain(finding.sentence)}")
