"""Intervals and gaps against scipy, and the sentence that says whether a gap is more than chance."""

import numpy as np
import pytest
from scipy import stats

from clsf.compare.noise import Gap, by_seed, gap, gap_sentence, images_of, interval, why_not
from clsf.errors import PlanError
from clsf.events import BatchesEnded, LearningRateChanged, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord

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
    """Close to the normal interval for many values; other bootstraps vary, ours has a fixed seed."""
    values = np.random.default_rng(1).normal(0.7, 0.02, 400)
    found = interval(values, "bootstrap")
    half = 1.96 * values.std() / np.sqrt(values.size)
    assert (found.low, found.high) == (
        pytest.approx(values.mean() - half, abs=3e-4),
        pytest.approx(values.mean() + half, abs=3e-4),
    )
    assert interval(values, "bootstrap") == found


def test_pairs_see_a_gap_that_two_means_do_not():
    """Both vary together over the seeds, so their difference does not vary."""
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
        pytest.param({0: 0.5}, {0: 0.508}, "t", "The gap is 0.8 points, one run each: whether that is chance is not known.", id="single"),
        pytest.param({0: 0.5, 1: 0.6}, {0: 0.5, 1: 0.6}, "t", "Both reach exactly the same accuracy with every one of the 2 seeds: there is no gap.", id="equal"),
        pytest.param({0: 0.5}, {0: 0.5}, "t", "Both reach exactly the same accuracy, one run each.", id="one run each, equal"),
        pytest.param({0: 0.5, 1: 0.6}, {0: 0.6, 1: 0.7}, "bootstrap", "The gap is 10.0 points with every one of the 2 seeds. A few numbers are easily equal by chance", id="the same gap each time"),
    ],
)  # fmt: skip
def test_the_sentence(one, two, method, sentence):
    assert sentence in str(gap_sentence(gap(one, two, method)))


def test_equal_runs_are_not_called_different_more_often_than_the_method_says():
    """Accuracies are counts of right answers, so two seeds often have exactly the same gap."""
    rng = np.random.default_rng(0)
    for images, seeds in ((72, 2), (72, 3), (288, 3)):
        called = old = 0
        rounds = 600
        for _ in range(rounds):
            one, two = (dict(enumerate(rng.binomial(images, 0.9, seeds) / images)) for _ in range(2))
            called += gap(one, two, images=images).inside is False
            apart = np.array([two[s] - one[s] for s in one])
            old += abs(apart.mean()) > stats.t.ppf(0.975, seeds - 1) * apart.std(ddof=1) / np.sqrt(seeds)
        assert called / rounds < 0.06, (images, seeds)
        assert called <= old
        assert seeds > 2 or old / rounds > 0.05


@pytest.mark.parametrize(("apart", "inside"), [(4, True), (40, False)])
def test_a_gap_that_does_not_scatter_is_judged_by_half_an_image(apart, inside):
    """Two seeds, 100 images: noise 12.7 · (0.5 · √2) / √2 images, which is 6.4 points."""
    one = {0: 0.50, 1: 0.55}
    found = gap(one, {seed: value + apart / 100 for seed, value in one.items()}, images=100)
    assert found.interval.half_width == pytest.approx(0.0635, abs=1e-4)
    assert found.inside is inside


def ended(seed: int, reason: str = "finished", rate: float | None = None) -> RunRecord:
    record = RunRecord("r", "g", "torch", preset("tiny", 10), Plan("digits", seed=seed), 0.0)
    record.fold(RunStarted("torch", "loop", "cpu", 2, {}, 1, 2, 8, 4, (8, 8, 1), 10, "w", "o", 0.1))
    if rate is not None:
        record.fold(LearningRateChanged(0, rate))
    record.fold(BatchesEnded(1, 1, (1.0, 1.0), (0.5, 0.5), None, rate or 0.001, 10.0, 1.0))
    record.fold(RunEnded("torch", reason, 1, 1.0, 1.0, validation_accuracy=0.5))
    return record


def test_only_whole_runs_of_the_plan_are_results():
    runs = [
        ended(0),
        *(ended(n, r) for n, r in enumerate(("diverged", "stopped", "cut-off", "time-limit"), start=1)),
        ended(5, rate=0.5),
    ]
    assert by_seed(runs) == {0: 0.5}
    assert [str(why_not(run)) for run in runs[1:]] == [
        "it diverged", "it was stopped", "it was cut off", "its time was up", "its learning rate was changed by hand",
    ]  # fmt: skip
    assert images_of(runs) == 4


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
