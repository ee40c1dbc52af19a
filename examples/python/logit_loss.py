"""logit-loss for numpy: losses computed from logits, and their derivatives. It needs numpy and the shared C library.

    loss = BCEWithLogits(pos_weight=6.4)
    mean, gradient = loss.loss_and_gradient(logits, targets)

No array is copied, except labels by `boosting_objective`. Logits are contiguous arrays of float32 or float64, of any
shape. Targets have the same shape; they are labels of 0 and 1 (bool, uint8, int8, int32, int64) or numbers from 0 to 1
of the type of the logits. What would need a copy is a TypeError or a ValueError that names the function which makes the
copy. What the library refuses is a ValueError with the library's text. After an error, no output has changed.

An argument `out` takes an array for the results. `loss_and_gradient(x, t, out=x)` and `sigmoid(x, out=x)` overwrite the
logits.
"""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from ctypes import addressof, byref, c_char_p, c_double, c_float, c_size_t, c_uint8, c_uint32, c_void_p
from dataclasses import dataclass, replace
from itertools import groupby
from math import isnan, prod
from numbers import Real
from pathlib import Path
from typing import Any, Callable, ClassVar

import numpy as np

Array = np.ndarray
Pair = tuple[Array, Array]

# As in logit_loss.h.
_Sum = c_uint8 * 40
_REDUCTIONS = {"mean": 0, "weighted_mean": 1, "sum": 2}
_UNIFORM, _PER_CHANNEL, _PER_SAMPLE, _PER_ELEMENT, _PER_PIXEL = 1, 3, 4, 5, 6
_REALS = {np.dtype(np.float32): ("f32", c_float), np.dtype(np.float64): ("f64", c_double)}
# Labels, and the field of the options that takes them. Bytes are an argument.
_LABELS = {
    np.dtype(np.bool_): None, np.dtype(np.uint8): None, np.dtype(np.int8): "labels_int8",
    np.dtype(np.int32): "labels_int32", np.dtype(np.int64): "labels_int64",
}  # fmt: skip

# The options that only one loss has.
_OWN = {"bce": (), "focal": ("alpha", "gamma"), "asymmetric": ("gamma_pos", "gamma_neg", "margin")}


class _Weights(ctypes.Structure):
    _fields_ = [("values", c_void_p), ("len", c_size_t), ("repeat", c_size_t), ("kind", c_uint32)]


def _options(loss: str, real: type) -> type[ctypes.Structure]:
    """The struct of options of a loss, for float or double."""
    fields = [("size", c_uint32), ("reduction", c_uint32), ("weight", _Weights), ("class_weight", _Weights)]
    if loss != "asymmetric":
        fields += [("pos_weight", _Weights)]
    fields += [("mask", c_void_p), ("labels_int8", c_void_p), ("labels_int32", c_void_p), ("labels_int64", c_void_p)]
    fields += [("label_smoothing", real), ("ignored", real), ("has_ignored", c_uint32)]
    fields += [(name, real) for name in _OWN[loss]]
    if loss == "focal":
        fields += [("has_alpha", c_uint32)]
    return type(f"{loss}_options", (ctypes.Structure,), {"_fields_": fields})


_OPTIONS = {(loss, kind): _options(loss, real) for loss in _OWN for kind, real in _REALS.values()}


def _load() -> ctypes.CDLL:
    """The first shared library of: $LOGIT_LOSS_LIBRARY; beside this file; where a checkout builds it; the system's."""
    name = {"win32": "logit_loss.dll", "darwin": "liblogit_loss.dylib"}.get(sys.platform, "liblogit_loss.so")
    here = Path(__file__).resolve().parent
    paths = [str(path) for path in (here / name, here.parents[1] / "capi/target/release" / name) if path.exists()]
    found = [os.environ.get("LOGIT_LOSS_LIBRARY"), *paths, ctypes.util.find_library("logit_loss"), name]
    try:
        library = ctypes.CDLL(next(filter(None, found)))
        library.logit_loss_error_message.restype = c_char_p
    except (OSError, AttributeError) as error:
        raise ImportError(
            f"no shared library of logit-loss: {error}. In a checkout, build it with\n"
            "    cargo rustc --manifest-path capi/Cargo.toml --release --crate-type cdylib\n"
            f"and put capi/target/release/{name} beside logit_loss.py, or its path into LOGIT_LOSS_LIBRARY."
        ) from error
    return library


_LIBRARY = _load()


def _call(name: str, *arguments: Any) -> None:
    """Each argument has its type of C, or None for NULL."""
    status = getattr(_LIBRARY, f"logit_loss_{name}")(*arguments)
    if status != 0:
        raise ValueError(_LIBRARY.logit_loss_error_message(status).decode())


def _of_type(name: str, value: Any, wanted: type, what: str) -> Any:
    if not isinstance(value, wanted):
        raise TypeError(f"{name} must be {what}, not {type(value).__name__}")
    return value


def _number(name: str, value: Any) -> float:
    return float(_of_type(name, value, Real, "a number"))


def _checked(name: str, array: Any, dtypes: Any) -> Array:
    """An array whose memory can be passed as it is."""
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a numpy array, not {type(array).__name__}: use numpy.asarray, or .numpy()")
    if array.dtype not in dtypes:
        wanted = ", ".join(dtype.name for dtype in dtypes)
        raise TypeError(f"{name} must have the type {wanted}, not {array.dtype}: .astype makes a copy of another type")
    if not array.flags.c_contiguous:
        raise ValueError(f"{name} must be contiguous: numpy.ascontiguousarray makes a copy that is")
    if not array.flags.aligned:
        raise ValueError(f"{name} must be aligned: .copy makes a copy that is")
    return array


def _like(name: str, array: Any, logits: Array, dtypes: Any) -> Array:
    if _checked(name, array, dtypes).shape != logits.shape:
        raise ValueError(f"{name} must have the shape {logits.shape} of the logits, not {array.shape}")
    return array


def _real(logits: Any) -> tuple[str, type]:
    """The end of the functions' names and the type of C, which follow from the logits."""
    return _REALS[_checked("logits", logits, _REALS).dtype]


def _output(name: str, out: Array | None, logits: Array) -> Array:
    """What the caller gave for the results, or a new array."""
    if out is None:
        return np.empty_like(_checked("logits", logits, _REALS))
    if not _like(name, out, logits, [logits.dtype]).flags.writeable:
        raise ValueError(f"{name} is read-only")
    return out


def _address(array: Array) -> c_void_p:
    return c_void_p(array.__array_interface__["data"][0])


def _reduction(reduction: str) -> int:
    if reduction not in _REDUCTIONS:
        raise ValueError(f"the reduction must be one of {', '.join(_REDUCTIONS)}, not {reduction!r}")
    return _REDUCTIONS[reduction]


def _weights(name: str, weight: Any, logits: Array) -> tuple[_Weights, Any]:
    """A weight as C has it, and what must live as long. As numpy broadcasts it over the logits: axes along which it
    varies, and axes of length 1."""
    if weight is None:
        return _Weights(), None
    if isinstance(weight, Real):
        one = _REALS[logits.dtype][1](weight)
        return _Weights(addressof(one), 1, 0, _UNIFORM), one
    shape, axes = _checked(name, weight, [logits.dtype]).shape, logits.shape
    own = (1,) * (len(axes) - len(shape)) + shape
    if len(own) != len(axes) or any(w not in (1, axis) for w, axis in zip(own, axes)):
        raise ValueError(f"{name} of shape {shape} does not broadcast over logits of shape {axes}")
    if logits.size == 0:
        return _Weights(), None
    # Runs of neighbouring axes along which it varies, or not. Axes of length 1 are part of any.
    pairs = [(w == axis, axis) for w, axis in zip(own, axes) if axis != 1]
    runs = [(varies, prod(axis for _, axis in run)) for varies, run in groupby(pairs, lambda pair: pair[0])]
    sizes = [size for _, size in runs]
    match [varies for varies, _ in runs]:
        case [] | [False]:
            kind, repeat = _UNIFORM, 0
        case [True]:
            kind, repeat = _PER_ELEMENT, 0
        case [True, False]:
            kind, repeat = _PER_SAMPLE, sizes[1]
        case [False, True] | [False, True, False]:
            kind, repeat = _PER_CHANNEL, prod(sizes[2:])
        case [True, False, True]:
            kind, repeat = _PER_PIXEL, sizes[2]
        case _:
            raise ValueError(f"{name} of shape {shape} varies along too many separate axes of {axes}: broadcast it")
    return _Weights(_address(weight), weight.size, repeat, kind), weight


@dataclass(frozen=True, kw_only=True, eq=False)
class _Loss:
    """The options and methods of all losses.

    weight, class_weight: two factors of an element's loss. Each is a number, or an array that broadcasts over the
        logits as numpy has it: [C] is a weight for each class, [N, 1] for each sample, [C, 1, 1] for each channel.
    mask: bool or uint8, of the shape of the logits. False ignores an element.
    ignore: the target that means "no label", for example -1, 255 or nan.
    label_smoothing: s makes a target t (1 - s) + s / 2.
    reduction: "mean", "sum", or "weighted_mean", which divides by the sum of the weights.

    An ignored element has no loss, and a mean does not count it.
    """

    _name: ClassVar[str]
    weight: float | Array | None = None
    class_weight: float | Array | None = None
    mask: Array | None = None
    ignore: float | None = None
    label_smoothing: float = 0.0
    reduction: str = "mean"

    def loss(self, logits: Array, targets: Array) -> float:
        """The reduced loss."""
        result = _real(logits)[1]()
        self._run("loss", logits, targets, byref(result))
        return result.value

    def losses(self, logits: Array, targets: Array, out: Array | None = None) -> Array:
        """The loss of each element, times its weight, whatever the reduction is."""
        out = _output("out", out, logits)
        self._run("losses", logits, targets, _address(out))
        return out

    def gradient(self, logits: Array, targets: Array, out: Array | None = None) -> Array:
        """The derivative of the reduced loss by each logit."""
        out = _output("out", out, logits)
        self._run("gradient", logits, targets, _address(out))
        return out

    def loss_and_gradient(self, logits: Array, targets: Array, out: Array | None = None) -> tuple[float, Array]:
        """Both, in one pass. With `out=logits` the gradient overwrites the logits."""
        result, out = _real(logits)[1](), _output("out", out, logits)
        if _address(out).value == _address(logits).value:
            self._run("loss_and_gradient_in_place", out, targets, byref(result))
        else:
            self._run("loss_and_gradient", logits, targets, _address(out), byref(result))
        return result.value, out

    def gradient_and_hessian(self, logits: Array, targets: Array, out: Pair | None = None) -> Pair:
        """The gradient, and the diagonal of the Hessian. That of focal and asymmetric loss is negative far on the
        wrong side. `out` has an array for each."""
        first, second = (None, None) if out is None else out
        gradient, hessian = _output("out[0]", first, logits), _output("out[1]", second, logits)
        self._run("gradient_and_hessian", logits, targets, _address(gradient), _address(hessian))
        return gradient, hessian

    def accumulate(self, total: LossSum, logits: Array, targets: Array) -> None:
        """Adds the losses of a batch to a running sum."""
        total = _of_type("total", total, LossSum, "a LossSum")
        self._run("accumulate", logits, targets, byref(total._sum))

    def _run(self, name: str, logits: Array, targets: Array, *outputs: Any) -> None:
        loss, (kind, _) = self._name, _real(logits)
        _like("targets", targets, logits, [logits.dtype, *_LABELS])
        options = _OPTIONS[loss, kind]()
        options.size, options.reduction = ctypes.sizeof(options), _reduction(self.reduction)
        kept = []
        for option in ("weight", "class_weight", "pos_weight"):
            if hasattr(self, option):
                weights, alive = _weights(option, getattr(self, option), logits)
                setattr(options, option, weights)
                kept.append(alive)
        if self.mask is not None:
            options.mask = _address(_like("mask", self.mask, logits, [np.dtype(np.bool_), np.dtype(np.uint8)]))
        if self.ignore is not None:
            ignored = _number("ignore", self.ignore)
            options.ignored, options.has_ignored = ignored, 1
            if options.ignored != self.ignore and not isnan(ignored):
                raise ValueError(f"ignore: {self.ignore} is not a number of the type {logits.dtype}")
        for option in ("label_smoothing", *_OWN[loss]):
            if getattr(self, option) is not None:
                setattr(options, option, _number(option, getattr(self, option)))
        if loss == "focal":
            options.has_alpha = self.alpha is not None
        numbers = _address(targets) if targets.dtype == logits.dtype else None
        field = _LABELS.get(targets.dtype)
        if field:
            setattr(options, field, _address(targets))
        labels = None if numbers or field else _address(targets)
        given = _address(logits), numbers, labels, c_size_t(logits.size)
        _call(f"{loss}_{name}_{kind}", byref(options), *given, *outputs)


@dataclass(frozen=True, kw_only=True, eq=False)
class BCEWithLogits(_Loss):
    """Binary cross-entropy. `pos_weight` multiplies the loss of positives; negatives / positives balances them. It is
    a number or an array, as `weight` is."""

    _name = "bce"
    pos_weight: float | Array | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class FocalLoss(_Loss):
    """Cross-entropy times the probability of the wrong answer to the power of gamma, times alpha for positives and
    1 - alpha for negatives. Without alpha (None), `pos_weight` alone weights them."""

    _name = "focal"
    pos_weight: float | Array | None = None
    alpha: float | None = 0.25
    gamma: float = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AsymmetricLoss(_Loss):
    """Focal loss for many labels: one power for positives, another for negatives, and a margin. A negative whose
    probability is not above the margin costs nothing."""

    _name = "asymmetric"
    gamma_pos: float = 1.0
    gamma_neg: float = 4.0
    margin: float = 0.05


def bce_with_logits(logits: Array, targets: Array, *, reduction: str = "mean", **options: Any) -> float | Array:
    """`BCEWithLogits(...).loss`, or with reduction "none" `.losses`, as PyTorch's function has it."""
    if reduction == "none":
        return BCEWithLogits(**options).losses(logits, targets)
    return BCEWithLogits(reduction=reduction, **options).loss(logits, targets)


class LossSum:
    """A running sum of losses over batches and machines, to which `accumulate` adds. `bytes(total)` are 40 bytes to
    store or send, and `LossSum(stored)` reads them."""

    def __init__(self, stored: bytes = bytes(40)) -> None:
        if len(stored) != ctypes.sizeof(_Sum):
            raise ValueError(f"a sum has {ctypes.sizeof(_Sum)} bytes, not {len(stored)}")
        self._sum = _Sum.from_buffer_copy(stored)

    def __bytes__(self) -> bytes:
        return bytes(self._sum)

    def __reduce__(self) -> tuple[type, tuple[bytes]]:
        return LossSum, (bytes(self),)

    def merge(self, other: LossSum) -> None:
        """Adds another sum."""
        _call("sum_merge", byref(self._sum), byref(_of_type("other", other, LossSum, "a LossSum")._sum))

    def loss(self, reduction: str = "mean") -> float:
        """The mean, the weighted mean or the sum of all losses that were added."""
        result = c_double()
        _call("sum_reduce_f64", byref(self._sum), c_uint32(_reduction(reduction)), byref(result))
        return result.value


def sigmoid(logits: Array, out: Array | None = None) -> Array:
    """1 / (1 + exp(-x)), with all digits of tiny probabilities."""
    return _activate("sigmoid", logits, out)


def log_sigmoid(logits: Array, out: Array | None = None) -> Array:
    """-log(1 + exp(-x)), also where sigmoid rounds to 0 or 1."""
    return _activate("log_sigmoid", logits, out)


def softplus(logits: Array, beta: float = 1.0, out: Array | None = None) -> Array:
    """log(1 + exp(beta x)) / beta."""
    return _activate("softplus", logits, out, _number("beta", beta))


def _activate(name: str, logits: Array, out: Array | None, *beta: float) -> Array:
    (kind, real), out = _real(logits), _output("out", out, logits)
    arguments = [*map(real, beta), _address(logits), c_size_t(logits.size)]
    if _address(out).value == _address(logits).value:
        _call(f"{name}_in_place_{kind}", *arguments)
    else:
        _call(f"{name}_{kind}", *arguments, _address(out))
    return out


def boosting_objective(loss: _Loss) -> Callable[..., Pair]:
    """An objective for LightGBM and XGBoost, and for their scikit-learn classes. It returns the gradient and the
    Hessian of the sum, times the weights of the data. Labels of another type than the predictions are copied. Labels
    below 0 or above 1 are a ValueError, unless the loss ignores them.

    The Hessian of focal and asymmetric loss is negative far on the wrong side, and a leaf would move the wrong way. So
    it is made at least a quarter of the gradient's size, with which no leaf moves by more than 4.
    """
    loss = replace(_of_type("loss", loss, _Loss, "a loss such as BCEWithLogits()"), reduction="sum")

    def objective(first: Any, second: Any, sample_weight: Any = None) -> Pair:
        if hasattr(second, "get_label"):  # a data set, after the predictions
            logits, labels, sample_weight = first, second.get_label(), second.get_weight()
        else:  # as scikit-learn has it
            labels, logits = first, second
        targets = np.asarray(labels, logits.dtype).reshape(logits.shape)
        gradient, hessian = loss.gradient_and_hessian(logits, targets)
        _refuse_other_labels(loss, targets)
        if not isinstance(loss, BCEWithLogits):
            np.maximum(hessian, abs(gradient) / 4, out=hessian)
        if sample_weight is not None and len(sample_weight) > 0:
            gradient *= sample_weight
            hessian *= sample_weight
        return gradient, hessian

    return objective


def _refuse_other_labels(loss: _Loss, targets: Array) -> None:
    """Boosting libraries have labels in floats, and the library accepts floats below 0 and above 1."""
    # Mostly no label is outside, and these are quick. They pass over NaN.
    if np.fmin.reduce(targets, None, initial=0) >= 0 and np.fmax.reduce(targets, None, initial=1) <= 1:
        return
    outside = (targets < 0) | (targets > 1)
    if loss.ignore is not None:
        outside &= targets != loss.ignore
    if loss.mask is not None:
        outside &= loss.mask != 0
    if outside.any():
        raise ValueError(f"a label is {targets[outside][0]}: labels must be from 0 to 1, or ignored")


def torch_loss(loss: _Loss) -> Callable[[Any, Any], Any]:
    """A loss of PyTorch tensors in the memory of the CPU: `criterion(logits, targets).backward()`. The gradient is
    computed together with the loss. Targets are constants."""
    import torch

    _of_type("loss", loss, _Loss, "a loss such as BCEWithLogits()")

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, logits: Any, targets: Any) -> Any:
            if ctx.needs_input_grad[1]:
                raise ValueError("targets that require a gradient: use targets.detach()")
            x, t = logits.detach().numpy(), targets.numpy()
            if not ctx.needs_input_grad[0]:
                return logits.new_tensor(loss.loss(x, t))
            value, gradient = loss.loss_and_gradient(x, t)
            ctx.save_for_backward(torch.from_numpy(gradient))
            return logits.new_tensor(value)

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, upstream: Any) -> tuple[Any, None]:
            (gradient,) = ctx.saved_tensors
            return gradient * upstream, None

    return Function.apply
