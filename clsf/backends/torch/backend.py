"""The PyTorch backend: the training loop over images that it gathers by index."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from clsf.backends import numbers
from clsf.backends.base import FIRST, DeviceFacts, Evaluation, Observation, StepReport, Weights
from clsf.backends.initial import dropout_layers, dropout_masks
from clsf.backends.torch import captured, device, fit, flat
from clsf.backends.torch.build import BuiltModel
from clsf.backends.torch.inspect import Inspector, applied
from clsf.backends.torch.losses import Objective
from clsf.backends.torch.optimizers import Optimizers
from clsf.backends.torch.update import Update
from clsf.data.images import Prepared
from clsf.model.freezing import place
from clsf.model.spec import ModelSpec
from clsf.model.walk import sources
from clsf.plan import Plan

CONVERTED = 2**17
"""Number of images that are converted at once: 512 KiB in float32, which stays in a core's cache."""


def build(spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> TorchBackend:
    """Return a backend with the model built, `weights` loaded and the run's images in memory."""
    return TorchBackend(spec, plan, prepared, weights)


def warm_up() -> str:
    """Train a throw-away model once, so that the first run of a student need not wait; return the device's name."""
    numbers.train_once(build)
    return device.chosen("auto")[1]


class TorchBackend:
    """See `clsf.backends.base.Backend`. Images stay uint8 and are converted batch by batch."""

    def __init__(self, spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> None:
        self._plan, self._prepared = plan, prepared
        self._scope, self._device = device.chosen(plan.device)
        self._repeatable = plan.rules == "aligned"
        analysis = spec.analyse(prepared.shape)
        self._analysis = analysis
        device.use_threads(analysis.multiply_adds * plan.batch_size)
        self._masks = {} if plan.native_dropout else dropout_layers(analysis)
        self._dtype = getattr(torch, plan.dtype)
        torch.manual_seed(plan.seed)  # of torch's own dropout
        self._pixels = _shared(prepared.pixels).to(self._scope)
        self._labels = torch.from_numpy(np.array(prepared.labels)).to(self._scope)
        self._mean = torch.tensor(prepared.mean, dtype=self._dtype, device=self._scope)
        self._deviation = torch.tensor(prepared.deviation, dtype=self._dtype, device=self._scope)
        self.built = BuiltModel(spec, prepared.shape, plan, plan.native_dropout)
        self.model = self.built.model.to(self._scope)
        self._learner = self.model  # the part that a step calls: the whole model, or the layers after kept features
        self._features = False  # whether `_pixels` are features
        backbone, head = self.built.parameters()
        self._parameters = [*backbone, *head]
        self._together = numbers.evaluation_batch(analysis)
        self._update: Update | None = None
        self.set_weights(weights)
        self._objective = Objective(plan, len(prepared.classes), self.built, numbers.class_weights(prepared, plan))
        self._inspector = Inspector(self.built, sources(spec.layers))
        self._optimizer = Optimizers(plan, backbone, head)
        self._update = Update(plan, self._optimizer, self._parameters)
        plain = plan.accumulate == 1 and plan.clipping is None and not plan.average
        self._step_optimizer = self._optimizer.step if plain else self._update.apply  # the plain case has nothing to spare
        capture = captured.capture_for(self._scope, plan, self._optimizer)
        changing = [*self._parameters, *self.model.buffers()]
        self._steps = captured.CapturedSteps(self._step, self._optimizer, changing, plan.batch_size, capture)

    # One step, and many.

    def _inputs(self, pixels: Tensor) -> Tensor:
        """Return the first layer's input for pixels."""
        images = pixels.to(self._dtype).sub_(self._mean).div_(self._deviation)
        return images.permute(0, 3, 1, 2)  # (b, h, w, c) -> (b, c, h, w): no copy, that is channels_last in memory

    def _received(self, rows: Tensor) -> Tensor:
        """Return the learner's input for rows of `_pixels`."""
        if not self._features:
            return self._inputs(rows)
        return rows.permute(0, 3, 1, 2) if rows.ndim == 4 else rows  # (b, h, w, c) -> (b, c, h, w)

    def _step(self, images: Tensor, labels: Tensor, masks: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Update once; return loss and outputs before the update, and the norm of the gradient."""
        self.built.hand_out(masks)
        for p in self._parameters:
            p.grad = None
        outputs = self._learner(images)
        loss = self._objective.mean(labels, outputs)
        self._objective.total(loss).backward()
        self._objective.regularise()
        norm = flat.norm(p.grad for p in self._parameters if p.grad is not None)
        self._step_optimizer()
        return loss.detach(), outputs.detach(), norm

    def _start(self, training: bool = True) -> None:
        """Prepare to train or to evaluate. Each time, because another model in this process may need the opposite."""
        device.use_repeatable(self._scope, self._repeatable)
        self.model.train(training)

    def train_steps(
        self,
        order: np.ndarray,
        first_step: int,
        rates: np.ndarray | None = None,
        pixels: np.ndarray | None = None,
        keep_gradients: bool = False,
    ) -> StepReport:
        masks = dropout_masks(self._masks, self._plan.seed, first_step, *order.shape)
        masks = {path: torch.from_numpy(mask).to(self._scope) for path, mask in masks.items()}
        varied = None if pixels is None else torch.from_numpy(pixels).to(self._scope)
        self._start()
        take, steps = self._step if keep_gradients else self._steps.take, []
        for i, (images, labels) in enumerate(self._batches(torch.from_numpy(order).to(self._scope), varied)):
            if rates is not None:
                self.set_learning_rate(float(rates[i]))
            steps.append(take(images, labels, {path: mask[i] for path, mask in masks.items()}))
            if self._scope.type == "cpu" and not steps[-1][0].item() < numbers.DIVERGED:  # elsewhere, to read it is to wait
                break
        self.built.hand_out({})
        losses, outputs, norms = zip(*steps, strict=True)
        labels = self._labels[torch.from_numpy(order[: len(steps)].ravel()).to(self._scope)]
        right = self._objective.right(labels, torch.cat(outputs)).view(len(steps), -1).sum(dim=1)
        losses, correct, norms = (column.cpu().numpy() for column in (torch.stack(losses), right, torch.stack(norms)))
        return StepReport(losses.astype(np.float64), correct, norms.astype(np.float64))

    def _batches(self, rows: Tensor, varied: Tensor | None) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (images, labels) of each row of indices. Several small batches are converted at once: it takes as long as one."""
        each = rows.shape[1] * self._pixels[0].numel()
        several = max(1, CONVERTED // each)
        for start in range(0, len(rows), several):
            part = rows[start : start + several].reshape(-1)
            pixels = self._pixels[self._at(part)] if varied is None else varied[start : start + several].flatten(0, 1)
            yield from zip(self._received(pixels).split(rows.shape[1]), self._labels[part].split(rows.shape[1]), strict=True)

    def last_gradients(self) -> dict[str, np.ndarray] | None:
        return self.built.gradients()  # they stay where backward() put them until zero_grad()

    def fit_epoch(
        self,
        order: list[np.ndarray],
        epoch: int,
        first_step: int = 0,
        rate: Callable[[int], float] | None = None,
        pixels: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> Iterator[StepReport]:
        def before(batch: int, size: int) -> None:
            self.built.hand_out(self._step_masks(first_step + batch, size))
            if rate is not None:
                self.set_learning_rate(rate(batch))

        shown, taken = self._prepared.pixels, self._cpu_inputs
        if self._features:
            shown, taken = self._pixels[self._places.clamp(min=0)].cpu().numpy(), self._received
        images = fit.RunImages(shown, self._prepared.labels, taken, pixels)
        batches = fit.loader(images, order)
        self._start()
        try:
            yield from fit.epoch(self._learner, self._step_optimizer, self._objective, batches, self._scope, before)
        finally:
            self.built.hand_out({})

    def _cpu_inputs(self, pixels: Tensor) -> Tensor:
        """Return the inputs as `_inputs` does, before the batch moves to the device."""
        images = pixels.to(self._dtype).sub_(self._mean.cpu()).div_(self._deviation.cpu())
        return images.permute(0, 3, 1, 2)  # (b, h, w, c) -> (b, c, h, w)

    # Evaluating images without training.

    def _logits(self, pixels: Tensor) -> Tensor:
        return self.model(self._inputs(pixels))

    @torch.inference_mode()
    def features(self, pixels: np.ndarray, layers: int) -> np.ndarray:
        self.model.eval()
        features = self.built.first_layers(layers)(self._inputs(_shared(pixels).to(self._scope))).cpu()
        return (
            (features.permute(0, 2, 3, 1) if features.ndim == 4 else features).contiguous().numpy()
        )  # (b, c, h, w) -> (b, h, w, c)

    def use_features(self, rows: np.ndarray, places: np.ndarray, layers: int) -> None:
        self._pixels, self._features = _shared(rows).to(self._scope), True
        self._places = torch.from_numpy(places).to(self._scope)
        self._learner = self.built.last_layers(layers)
        learned = sum(facts.multiply_adds for facts in self._analysis.layers if place(facts.path) >= layers)
        device.use_threads(learned * self._plan.batch_size)

    def _at(self, indices: Tensor) -> Tensor:
        """Return the rows of `_pixels` of some images."""
        return self._places[indices] if self._features else indices

    @torch.inference_mode()
    def evaluate(self, indices: np.ndarray) -> Evaluation:
        self._start(self._plan.does("eval-mode"))  # False is eval(); True is what a forgotten switch leaves
        losses, correct, first = 0.0, 0.0, None
        for part in numbers.parts(indices, self._together):
            at = torch.from_numpy(part).to(self._scope)
            outputs, labels = self._learner(self._received(self._pixels[self._at(at)])), self._labels[at]
            losses += float(self._objective.per_image(labels, outputs).double().sum())
            correct += float(self._objective.correct(labels, outputs))
            first = outputs[:FIRST] if first is None else first
        return Evaluation(losses / len(indices), correct / len(indices), self._said(first.float().cpu().numpy()))

    @torch.inference_mode()
    def logits(self, pixels: np.ndarray) -> np.ndarray:
        self.model.eval()
        said = np.concatenate(
            [self._logits(_shared(part).to(self._scope)).cpu().numpy() for part in numbers.parts(pixels, self._together)]
        )
        return self._columns(said)

    def _columns(self, outputs: np.ndarray) -> np.ndarray:
        """Return one column per class, also for two classes where the model gives one output."""
        return numbers.two_columns(outputs, self._plan.probabilities) if self._plan.loss_kind.one_output else outputs

    def _said(self, outputs: np.ndarray) -> np.ndarray:
        """Return probabilities of the classes, float64 (n, classes), from the model's outputs."""
        return numbers.probabilities(self._columns(outputs), self._plan)

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        return numbers.probabilities(self.logits(pixels), self._plan)

    @torch.inference_mode()
    def activations(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        return self._inspector.activations(self._inputs(_shared(pixels).to(self._scope)))

    # Observing a step.

    def observe(self, indices: np.ndarray, step: int, pixels: np.ndarray | None = None) -> Observation:
        images, labels = self._batch(indices, pixels)
        self._start()
        self.model.zero_grad()
        logits = self._inspector.forward(images, self._step_masks(step, len(indices)))
        loss = self._objective.mean(labels, logits)
        self._objective.total(loss).backward()
        self._objective.regularise()
        told = self._inspector.told(images, loss.detach(), logits)
        self._step_optimizer()
        return replace(told, weights=self.get_weights())

    def isolate(
        self, reference: Observation, before: Weights, indices: np.ndarray, step: int, pixels: np.ndarray | None = None
    ) -> Observation:
        self.set_weights(before)
        self._start()
        outputs, gradients = self._inspector.layers_alone(reference, self._step_masks(step, len(indices)))
        weights = applied(self._step_optimizer, self.built, reference.gradients)
        inputs = self._batch(indices, pixels)[0].permute(0, 2, 3, 1).cpu().numpy()
        logits = outputs.get(list(reference.activations)[-1], reference.logits)
        return Observation(reference.loss, logits, inputs, outputs, {}, gradients, weights)

    def _batch(self, indices: np.ndarray, pixels: np.ndarray | None) -> tuple[Tensor, Tensor]:
        at = torch.from_numpy(indices).to(self._scope)
        images = self._prepared.pixels[indices] if pixels is None else pixels
        return self._inputs(_shared(images).to(self._scope)), self._labels[at]

    def _step_masks(self, step: int, batch: int) -> dict[str, Tensor]:
        masks = dropout_masks(self._masks, self._plan.seed, step, 1, batch)
        return {path: torch.from_numpy(mask[0]).to(self._scope) for path, mask in masks.items()}

    # State.

    def get_weights(self) -> Weights:
        return self.built.get_weights()

    def set_weights(self, weights: Weights) -> None:
        self.built.set_weights(weights)
        if self._update is not None:
            self._update.forget()

    def judged(self) -> AbstractContextManager:
        return self._update.averaged()

    def set_learning_rate(self, value: float) -> None:
        self._optimizer.set_rate(value)

    def add_in_any_order(self) -> None:
        self._repeatable = False

    def graph(self) -> bytes | None:
        return None  # torch runs the Python code itself; there is no graph to show

    def facts(self) -> DeviceFacts:
        # str: torch's version has a class of its own, which would load torch in the process it is sent to
        versions = {"torch": str(torch.__version__), "numpy": np.__version__}
        return DeviceFacts(self._device, device.threads(), versions)


def _shared(pixels: np.ndarray) -> Tensor:
    """Return a tensor that shares the array's memory; a memory-mapped file is read-only, and is never written into."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(np.ascontiguousarray(pixels))
