"""Values that are in the link and also remembered, so that they return to the link when the reader comes back to a page."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from clsf.ui.shared.text import t

MOST = 2_000
"""Characters of a link up to which drawings and typed texts are put into it; chats and mail programs cut longer ones."""

LEFT_OUT = "left_out_of_link"
"""In the session: name in the link -> what was left out of it, in the reader's words."""


def put(link: str, value: str | None) -> None:
    """Put a value into the link, if it is not there already; None takes it out."""
    if value is None:
        st.query_params.pop(link, None)
    elif st.query_params.get(link) != value:
        st.query_params[link] = value


def keep(key: str, value: str | None, link: str | None = None) -> None:
    """Remember a value under its key, and put it into the link, under the name `link` if given; None removes it."""
    link = link or key
    if value is None:
        st.session_state.pop(key, None)
        st.query_params.pop(link, None)
    else:
        st.session_state[key] = st.query_params[link] = value


def current(key: str, link: str | None = None) -> str | None:
    """Return the value in the link, or the remembered one, which is then put back into the link; None if there is neither."""
    link = link or key
    text = st.query_params.get(link) or st.session_state.get(key)
    if text:
        st.session_state[key] = text
        put(link, text)
    return text


def whole(key: str, low: int, high: int, default: int) -> int:
    """Return the integer kept under a key, clipped to its limits, for any value in the link."""
    text = current(key) or ""
    return min(max(int(text), low), high) if text.isascii() and text.isdecimal() and len(text) < 10 else default


def address() -> str:
    """Return the link to the current view: this server's address, the page, and everything that it has put into its link."""
    here = urlsplit(st.context.url or "")
    query = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    return urlunsplit((here.scheme, here.netloc, here.path, urlencode(query), ""))


def room(link: str) -> int:
    """Return how many characters a value of this name may have, so that the whole link has at most MOST."""
    return MOST - len(address()) - len(link) - 2 + len(st.query_params.get(link, ""))


def put_long(link: str, code: str | None, what: str) -> None:
    """Put a code into the link; if it is None or too long, leave it out, and note that `what` is not in the link."""
    left = st.session_state.setdefault(LEFT_OUT, {})
    if code is not None and len(code) <= room(link):
        left.pop(link, None)
        put(link, code or None)
    else:
        left[link] = what
        st.caption(f":material/link_off: {not_in_it(what)}")
        put(link, None)


def not_in_it(what: str) -> str:
    """Return the sentence that says what a link does not hold."""
    return t("Not in the link, which would have more than {most} characters: {what}.", most=f"{MOST:,}", what=what)


def left_out() -> str:
    """Return the sentence about everything that this page run left out of the link; "" if there is nothing."""
    told = list((st.session_state.get(LEFT_OUT) or {}).values())
    return not_in_it(", ".join(told)) if told else ""
