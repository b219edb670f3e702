"""The split and the order of the batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsf.data.digits import load_digits
from clsf.data.order import batch_order, order_hash
from clsf.data.shuffle import shuffled
from clsf.data.split import fair_order, split
from clsf.errors import DataError


def test_shuffling_never_changes():
    # Recorded once: a stored run must get the same batches with every later NumPy.
    assert shuffled(8, 1, 2, 3).tolist() == [1, 3, 7, 5, 2, 0, 4, 6]


@settings(deadline=None)  # the first example includes imports, and the machine may be busy
@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(lambda c: max(c) >= 2),
    share=st.floats(0.01, 0.9),
    seed=st.integers(0, 2**31 - 1),
)
def test_a_split_is_disjoint_complete_and_stratified(counts, share, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    train, validation = split(labels, share, seed)
    assert train.dtype == validation.dtype == np.int64
    assert sorted([*train, *validation]) == list(range(len(labels)))
    assert len(train) >= 1
    assert len(validation) >= 1
    for label, count in enumerate(counts):
        validating = np.count_nonzero(labels[validation] == label)
        assert abs(validating - count * share) <= 1
        assert validating < max(count, 1)  # each class keeps an image to train on


def test_a_split_has_exactly_its_share_where_the_classes_are_large():
    labels = np.arange(50_000) % 10
    train, validation = split(labels, 0.2, seed=0)
    assert (len(train), len(validation)) == (40_000, 10_000)
    assert set(np.bincount(labels[validation])) == {1000}
    assert not np.array_equal(train, np.sort(train))  # shuffled


def test_a_split_depends_on_the_seed_alone():
    labels = np.arange(100) % 4
    np.testing.assert_array_equal(split(labels, 0.3, 5)[1], split(labels, 0.3, 5)[1])
    assert not np.array_equal(split(labels, 0.3, 5)[1], split(labels, 0.3, 6)[1])


def test_a_limit_takes_the_first_of_the_training_part_and_leaves_validation_alone():
    labels = np.arange(100) % 4
    train, validation = split(labels, 0.2, 0)
    fewer, same = split(labels, 0.2, 0, train_limit=10)
    np.testing.assert_array_equal(fewer, train[:10])
    np.testing.assert_array_equal(same, validation)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9) | st.just(3), min_size=1, max_size=200))
def test_the_first_of_a_fair_order_hold_each_class_in_its_share(labels):
    labels = np.array(labels)
    order = fair_order(labels)
    assert sorted(order) == list(range(len(labels)))
    found = np.cumsum(labels[order][:, None] == np.arange(10), axis=0)
    wanted = np.arange(1, len(labels) + 1)[:, None] * np.bincount(labels, minlength=10) / len(labels)
    assert np.abs(found - wanted).max() < 1


def test_a_fair_order_keeps_the_order_within_a_class_and_is_not_the_same_round_for_ever():
    labels = shuffled(1000, 0) % 10
    order = fair_order(labels)
    for label in range(10):
        assert np.array_equal(order[labels[order] == label], np.flatnonzero(labels == label))
    rounds = labels[order].reshape(100, 10)
    assert (np.sort(rounds) == np.arange(10)).all()
    assert len({tuple(one) for one in rounds}) > 50


def test_the_first_digits_to_train_on_and_to_validate_on_are_of_all_classes_alike():
    labels = load_digits()[0].labels
    train, validation = split(labels, 0.2, 0, train_limit=20)
    assert np.bincount(labels[train]).tolist() == [2] * 10
    assert np.bincount(labels[validation[:20]]).tolist() == [2] * 10


def test_the_first_version_of_the_split_stays_what_stored_runs_were_trained_on():
    # Recorded from the program that made them. The order is not uniform, so there is a second version.
    labels = load_digits()[0].labels
    train, validation = split(labels, 0.2, 0, train_limit=20, version=1)
    assert np.bincount(labels[train], minlength=10).tolist() == [4, 0, 2, 0, 10, 0, 3, 0, 0, 1]
    assert order_hash([train, validation]) == "0ef66cf9081ec519"
    later = split(labels, 0.2, 0)
    assert set(later[0]) == set(split(labels, 0.2, 0, version=1)[0])
    assert set(later[1]) == set(validation)


@pytest.mark.parametrize("labels", [[0], [0, 1], [0, 1, 2]])
def test_too_few_images_to_split_are_refused(labels):
    with pytest.raises(
        DataError, match=rf"The {len(labels)} {'image' if len(labels) == 1 else 'images'} can't be split.*Add images"
    ):
        split(np.array(labels), 0.5, 0)


def test_an_epoch_has_every_training_image_once():
    train = np.array([3, 1, 4, 15, 9, 2, 6])
    batches = batch_order(train, 3, seed=0, epoch=1)
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert sorted(np.concatenate(batches)) == sorted(train)


def test_each_seed_and_epoch_has_an_order_of_its_own():
    train = np.arange(100)
    hashes = [order_hash(batch_order(train, 32, seed, epoch)) for seed in range(3) for epoch in range(1, 4)]
    assert len(set(hashes)) == 9
    assert order_hash(batch_order(train, 32, 2, 3)) == hashes[-1]


def test_the_hash_tells_batches_of_other_sizes_apart():
    order = np.arange(12)
    assert order_hash([order[:6], order[6:]]) != order_hash([order[:4], order[4:]])


def test_a_batch_larger_than_the_training_part_is_refused():
    with pytest.raises(DataError, match=r"A batch has 33 images, but there are only 32.*at most 32"):
        batch_order(np.arange(32), 33, seed=0, epoch=1)
