"""The box that a program is pasted into, or a file read into."""

from __future__ import annotations

import streamlit as st

from clsf import checks, packing
from clsf.errors import ClsfError
from clsf.reader import text as reading
from clsf.ui.shared import linked, problems
from clsf.ui.shared.text import t
from clsf.ui.your_code import keys
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


def show(text_key: str, upload_key: str, label: str) -> str:
    """Show the box and return its text; if short enough, the text is in the link under the key."""
    if text_key not in st.session_state:
        st.session_state[text_key] = _linked(text_key)
    st.html("<style>[data-testid=stTextArea] textarea{font-family:'Source Code Pro',monospace;font-size:.8rem}</style>")
    st.text_area(
        label, key=text_key, height=320, max_chars=reading.MAX_BYTES, persist_state="session",
        placeholder=t("Paste a whole program here: a .py file, the cells of a notebook, or a chatbot's answer."),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.file_uploader(
            t("or upload .py, .ipynb"), type=["py", "ipynb", "txt"], key=upload_key, max_upload_size=1,
            on_change=_upload, args=(text_key, upload_key),
        )  # fmt: skip
        st.button(
            t("Show an example"), key=f"{text_key}_example", icon=":material/lightbulb:", on_click=_example, args=(text_key,)
        )
    text = st.session_state.get(text_key) or ""
    linked.put_long(text_key, packing.packed(text.encode()) if text else "", label)
    return text


def _linked(text_key: str) -> str:
    """Return the program in the link; "" if there is none, or, with a message, if it can't be read."""
    code = st.query_params.get(text_key, "")
    if not code:
        return ""
    try:
        content = packing.unpacked(code, reading.MAX_BYTES)
        if len(content) > reading.MAX_BYTES:
            raise ValueError
        text = content.decode()
        checks.text(ClsfError, say("program"), text)
        return text
    except (ValueError, ClsfError):
        st.warning(
            t("The program in the link is damaged, perhaps cut off. Copy the whole link again."), icon=":material/link_off:"
        )
        return ""


def _example(text_key: str) -> None:
    st.session_state[text_key] = EXAMPLE


def _upload(text_key: str, upload_key: str) -> None:
    """Put the file's source into the box; if it can't be read, leave a message."""
    file = st.session_state.get(upload_key)
    if file is not None:
        with problems.kept(keys.REFUSAL):
            st.session_state[text_key] = reading.load(file.getvalue(), file.name).text
