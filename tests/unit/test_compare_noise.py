"""Intervals and gaps against scipy, and the sentence that says whether a gap is more than chance."""

import numpy as np
import pytest
from scipy import stats

from clsf.compare.noise import Gap, gap, gap_sentence, interval
from clsf.errors import PlanError

ONE = {0: 0.680, 1: 0.671, 2: 0.692, 3: 0.684, 4: 0.675}
TWO = {0: 0.694, 1: 0.680, 2: 0.699, 3: 0.688, 4: 0.690}


def test_the_t_interval_of_pairs_is_scipys():
    found = gap(ONE, TWO).interval
    expected = stats.ttest_rel(list(TWO.values()), list(ONE.values())).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert found.mean == pytest.approx(np.mean(list(TWO.values())) - np.mean(list(ONE.values())))


def test_the_t_interval_of_a_mean_is_scipys():
    values = list(ONE.values())
    found = interval(values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_whether_it_is_inside_is_what_the_t_test_says():
    rng = np.random.default_rng(0)
    for shift in np.linspace(0, 2, 21):
        one = dict(enumerate(rng.normal(size=6)))
        two = {seed: value + shift + rng.normal() for seed, value in one.items()}
        p = stats.ttest_rel(list(two.values()), list(one.values())).pvalue
        assert gap(one, two).inside is bool(p > 0.05)


def test_the_bootstrap_interval_is_that_of_many_means():
    """Near the normal one for many values; a bootstrap differs from run to run, ours has a fixed seed."""
    values = np.random.default_rng(1).normal(0.7, 0.02, 400)
    found = interval(values, "bootstrap")
    half = 1.96 * values.std() / np.sqrt(values.size)
    assert (found.low, found.high) == (
        pytest.approx(values.mean() - half, abs=3e-4),
        pytest.approx(values.mean() + half, abs=3e-4),
    )
    assert interval(values, "bootstrap") == found


def test_pairs_see_a_gap_that_two_means_do_not():
    """All seeds scatter together, so their difference does not scatter."""
    one = {seed: 0.6 + 0.05 * seed for seed in range(5)}
    two = {seed: value + 0.01 + 0.0005 * (seed % 2) for seed, value in one.items()}
    assert gap(one, two).inside is False
    assert stats.ttest_ind(list(two.values()), list(one.values())).pvalue > 0.05


def test_only_seeds_that_both_have_are_compared():
    assert gap({0: 0.5, 1: 0.6}, {1: 0.7, 2: 0.9}).seeds == (1,)
    with pytest.raises(PlanError, match="share no seed"):
        gap({0: 0.5}, {1: 0.5})


@pytest.mark.parametrize(
    ("one", "two", "method", "sentence"),
    [
        pytest.param(ONE, TWO, "t", "The gap of 1.0 points is outside the noise of 0.6 points (5 seeds, paired t interval, 95 %).", id="outside"),
        pytest.param({0: 0.68, 1: 0.70}, {0: 0.70, 1: 0.69}, "t", "is inside the noise of", id="inside"),
        pytest.param(ONE, TWO, "bootstrap", "(5 seeds, paired bootstrap, 95 %)", id="bootstrap"),
        pytest.param({0: 0.5}, {0: 0.508}, "t", "The gap is 0.8 points, one run each: whether that is chance can't be told.", id="single"),
        pytest.param({0: 0.5, 1: 0.6}, {0: 0.5, 1: 0.6}, "t", "The gap of 0.0 points is inside the noise of 0.0 points", id="equal"),
        pytest.param({0: 0.5, 1: 0.6}, {0: 0.6, 1: 0.7}, "bootstrap", "points is outside", id="the same gap each time"),
    ],
)  # fmt: skip
def test_the_sentence(one, two, method, sentence):
    assert sentence in str(gap_sentence(gap(one, two, method)))


def test_a_single_pair_knows_nothing_of_chance():
    found = gap({0: 0.5}, {0: 0.6})
    assert isinstance(found, Gap)
    assert (found.known, found.inside) == (False, None)


@pytest.mark.parametrize("values", [[], [0.5, float("nan")]])
def test_runs_without_a_result_are_refused(values):
    with pytest.raises(PlanError, match="no finished runs"):
        interval(values)


def test_an_unknown_method_is_refused():
    with pytest.raises(PlanError, match=r"Unknown method 'z'. Known: t, bootstrap"):
        interval([1.0, 2.0], "z")
