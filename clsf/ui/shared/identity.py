"""Who the reader is, without an account: a random key in a cookie of the browser, so that a reload or a new tab finds the same runs.

A run is stored with a hash of the key and not with the key, so that nothing shown or saved of a run reveals the key.
Anyone who has the key is its owner: it can be copied to another computer, and is never in a link.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from contextlib import suppress

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clsf.data import access, private
from clsf.errors import ClsfError
from clsf.ui.shared import components

COOKIE = "clsf_key"
KEY = "identity_key"
FORCED = "identity_forced"  # whether this session's key is to replace the one that the browser has
FRESH_UNTIL = "identity_fresh_until"  # until then another tab may have set its own key first
FRESH_SECONDS = 30.0
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}\Z")

# Another tab may have been first: then its key is reported, and this session takes it over.
_JS = """
const NAME = "clsf_key";
const read = () => document.cookie.split("; ").find((part) => part.startsWith(NAME + "="))?.slice(NAME.length + 1) ?? "";
export default function ({ data: [data], setStateValue }) {
  const known = read();
  if (known && known !== data.key && !data.forced) {
    setStateValue("known", known);
    return;
  }
  if (known === data.key) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${NAME}=${data.key}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
"""

_component = components.declared("clsf_identity", html="<span hidden></span>", js=_JS)


def key() -> str:
    """Return the reader's secret key: the browser's, or a new one."""
    if KEY not in st.session_state:
        sent = cookie()
        if isinstance(sent, str) and _SHAPE.match(sent):
            st.session_state[KEY] = sent
        else:
            st.session_state[KEY], st.session_state[FRESH_UNTIL] = secrets.token_urlsafe(16), time.monotonic() + FRESH_SECONDS
    return st.session_state[KEY]


def cookie() -> object:
    """Return what the browser has sent under the cookie's name; it may be anything."""
    return st.context.cookies.get(COOKIE, "")


def owner_of(key: str) -> str:
    """Return the owner mark of the runs of this key's owner."""
    return hashlib.sha256(f"clsf owner {key}".encode()).hexdigest()[:24]


def known() -> str:
    """Return the owner mark of the reader's runs, "" if the reader has no key yet; does not create one."""
    sent = st.session_state.get(KEY) or cookie()
    return owner_of(sent) if isinstance(sent, str) and _SHAPE.match(sent) else access.NOBODY


def _reader() -> str | None:
    """Return the reader for whom this thread works: that of its session, else none; without a server, the program itself."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        return known()
    return access.NOBODY if runtime.exists() else access.PROGRAM


access.ask(_reader)


def keep() -> bool:
    """Make the browser remember the key; it takes no space on the page. Return whether there is one yet.

    Nothing is remembered for readers who never started or looked for a run.
    """
    if KEY not in st.session_state:
        return False
    data = {"key": st.session_state[KEY], "forced": bool(st.session_state.get(FORCED))}
    _component(key="identity", data=data, on_known_change=_take_over)
    return True


def use(other: str) -> bool:
    """Go on as the owner of another key. Return False, and change nothing, if nothing belongs to it."""
    from clsf.ui.shared import service_access

    other = other.strip()
    if not _SHAPE.match(other):
        return False
    if not service_access.get_service().history.knows(owner_of(other)) and not private.belongs(owner_of(other)):
        return False
    st.session_state[KEY], st.session_state[FORCED] = other, True
    return True


def forget() -> None:
    """Continue with a new key: what was trained so far is found again with the old key alone."""
    st.session_state[KEY], st.session_state[FORCED] = secrets.token_urlsafe(16), True


def _take_over() -> None:
    """Take the key that the browser has from another tab.

    This session's runs move to that key only if its own key is so new that no other tab can have had it: a reader may have
    chosen to be forgotten in that other tab, and must not get the runs of an earlier reader.
    """
    from clsf.ui.shared import service_access

    known = (st.session_state.get("identity") or {}).get("known")
    mine = st.session_state.get(KEY)
    if not isinstance(known, str) or not _SHAPE.match(known) or not mine or known == mine or st.session_state.get(FORCED):
        return
    if time.monotonic() < st.session_state.get(FRESH_UNTIL, 0.0):
        with suppress(ClsfError):
            service_access.get_service().hand_over(owner_of(mine), owner_of(known))
    st.session_state[KEY] = known
