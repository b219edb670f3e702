"""A component's id never has two underscores in a row, and different runs have different ids."""

import itertools

from clsf.ui.shared.components import key_of


def test_five_hundred_ids_of_an_older_program():
    ids = ["".join(letters) for letters in itertools.product("_-aZ9", repeat=4)][:500]
    keys = [key_of(f"run-{run_id}-loss") for run_id in ids]
    assert not [key for key in keys if "__" in key]
    assert len(set(keys)) == 500
