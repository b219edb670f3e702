"""A run's events arrive complete, in order, quickly, and in few messages."""

import io
import json
import threading
import time

import numpy as np
import pytest

from clsf.engine.event_batcher import INTERVAL, EventBatcher, Tally
from clsf.events import BatchesEnded, EpochEnded, Paused, RunEnded, RunStarted, event_to_text, to_text
from clsf.plan import Plan


def test_events_arrive_whole_and_in_order(submit, witness):
    run_id = submit(epochs=3)
    ended = witness.until_over(run_id)
    events = witness.events(run_id)
    epoch = 10 * [BatchesEnded] + [EpochEnded]
    assert [type(e) for e in events] == [RunStarted, *epoch, *epoch, *epoch, RunEnded]
    assert [e.step for e in events if isinstance(e, BatchesEnded)] == list(range(1, 31))
    assert ended == RunEnded("torch", "finished", 3, pytest.approx(0.6), 1000.0)
    assert events[0].threads == 1
    assert events[1].losses == (1.0,)


def test_the_worker_is_named_first_and_weights_come_just_before_the_end(submit, witness):
    run_id = submit()
    witness.until_over(run_id)
    news = witness.of(run_id)
    assert [what for what, _ in news][:1] == ["started"]
    assert "cores" in news[0][1]
    assert [what for what, _ in news][-2:] == ["weights", "events"]
    assert news[-1][1] == [witness.end(run_id)]
    with np.load(io.BytesIO(news[-2][1]), allow_pickle=False) as weights:
        assert weights["0.kernel"].tolist() == [[10.0, 10.0]] * 3
        assert weights["0.bias"].dtype == "float32"


def test_at_most_ten_messages_a_second(submit, witness):
    run_id = submit(epochs=5)  # 50 steps in a second
    witness.until_over(run_id)
    times = [when for when, what, who, _ in witness.news if who == run_id and what == "events"]
    assert len(times) <= (times[-1] - times[0]) / INTERVAL + 3  # the first and the last, and one for rounding


def test_plans_arrive_as_they_were_sent(submit, witness):
    run_id = submit()
    witness.until_over(run_id)
    assert witness.events(run_id)[1].learning_rate == Plan("digits").learning_rate


# The event batcher alone.


def test_the_first_event_leaves_at_once_and_the_last_are_not_kept():
    sent = []
    box = EventBatcher(lambda message: sent.append((time.monotonic(), message)))
    began = time.monotonic()
    for step in range(5):
        box.tell(Paused(step))
    assert box.close() == len(sent)
    assert sent[0][0] - began < 0.05
    assert [message["number"] for _, message in sent] == list(range(1, len(sent) + 1))
    assert "".join(message["events"] for _, message in sent).count('"paused"') == 5


def test_an_event_does_not_wait_for_another_one():
    sent = []
    box = EventBatcher(lambda message: sent.append(time.monotonic()))
    box.tell(Paused(1))
    time.sleep(0.02)
    box.tell(Paused(2))
    time.sleep(2 * INTERVAL)
    assert len(sent) == 2
    box.close()


def test_order_holds_across_threads():
    sent = []
    box = EventBatcher(lambda message: sent.extend(map(json.loads, message["events"].split("\n"))))
    lock, count = threading.Lock(), iter(range(2000))

    def tell():
        for _ in range(500):
            with lock:
                box.tell(Paused(next(count)))

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    box.close()
    assert [event["step"] for event in sent] == list(range(2000))


def test_numbers_of_numpy_and_foreign_texts_become_plain():
    class Foreign(str):
        pass

    assert to_text({"a": np.float32(0.5), "b": np.int64(3), "c": Foreign("x")}) == '{"a":0.5,"b":3,"c":"x"}'


def test_what_was_delivered_is_counted_against_what_was_sent(engine, submit, witness, caplog):
    caplog.set_level("INFO", "clsf.engine")
    run_id = submit(epochs=2)
    witness.until_over(run_id)
    tally = Tally()
    for event in witness.events(run_id)[:-1]:  # the end comes with the weights, not as a message
        tally.add(event_to_text(event))
    assert tally.count == 1 + 20 + 2
    assert f"run={run_id} event=delivered tally={tally}" in caplog.text
    assert "events were sent" not in caplog.text


def test_an_event_that_is_missing_or_changed_shows_in_the_tally():
    one, two = Tally(), Tally()
    for tally, losses in ((one, (0.5, 0.25)), (two, (0.5, 0.2500001))):
        for loss in losses:
            tally.add(f'{{"loss":{loss}}}')
    assert (one.count, two.count) == (2, 2)
    assert str(one) != str(two)
    assert str(one) != str(Tally())
