"""What logit_loss.py must give, from the formulas in hundreds of digits. Derivatives are differences of the loss, so no
formula of a derivative is needed."""
from dataclasses import dataclass
from decimal import Decimal, getcontext

import numpy as np

import logit_loss

getcontext().Emin, getcontext().Emax = -(10**6), 10**6
STEP = Decimal("1e-30")
ONE = Decimal(1)


def softplus(x: Decimal) -> Decimal:
    e = (-abs(x)).exp()
    # The logarithm of 1 + e has lost the last digits of a tiny e. Its series has not.
    log = e - e**2 / 2 + e**3 / 3 if e**3 < Decimal(10) ** -getcontext().prec else (1 + e).ln()
    return max(x, Decimal(0)) + log


def sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


def power(base: Decimal, exponent: Decimal) -> Decimal:
    return base**exponent if exponent else ONE


def bce(x: Decimal, t: Decimal, p: Decimal) -> Decimal:
    return (1 - t) * softplus(x) + p * t * softplus(-x)


def focal(x: Decimal, t: Decimal, p: Decimal, gamma: Decimal, alpha: Decimal | None) -> Decimal:
    wrong = t * sigmoid(-x) + (1 - t) * sigmoid(x)
    positive, negative = (ONE, ONE) if alpha is None else (alpha, 1 - alpha)
    return (positive * p * t + negative * (1 - t)) * power(wrong, gamma) * bce(x, t, ONE)


def asymmetric(x: Decimal, t: Decimal, gamma_pos: Decimal, gamma_neg: Decimal, margin: Decimal) -> Decimal:
    positive = power(sigmoid(-x), gamma_pos) * softplus(-x)
    q = sigmoid(x) - margin
    if q <= 0:
        negative = Decimal(0)
    else:
        # Without a margin it is softplus, which has all digits of a tiny probability.
        negative = power(q, gamma_neg) * (-(sigmoid(-x) + margin).ln() if margin else softplus(x))
    return t * positive + (1 - t) * negative


@dataclass
class Element:
    counted: bool
    weight: Decimal
    # The loss and its two derivatives, times the weight, and what errors are relative to.
    values: tuple[Decimal, Decimal, Decimal]
    scales: tuple[Decimal, Decimal, Decimal]


def elements(loss: logit_loss._Loss, logits: np.ndarray, targets: np.ndarray) -> list[Element]:
    real = logits.dtype.type
    getcontext().prec = 450 if np.abs(logits[np.isfinite(logits)]).max(initial=0) > 30 else 150

    def number(value) -> Decimal:
        return Decimal(float(real(value)))

    def each(name: str) -> list[Decimal]:
        weight = getattr(loss, name, None)
        values = np.broadcast_to(1 if weight is None else weight, logits.shape)
        return [number(value) for value in values.ravel()]

    masks = np.broadcast_to(True if loss.mask is None else loss.mask, logits.shape).ravel()
    rows = zip(logits.ravel(), targets.ravel(), masks, each("weight"), each("class_weight"), each("pos_weight"))
    return [element(loss, number, *row) for row in rows]


def element(loss, number, logit, target, mask, weight, class_weight, p) -> Element:
    weight *= class_weight
    ignored = loss.ignore is not None and (target == loss.ignore or target != target and loss.ignore != loss.ignore)
    none = (Decimal(0),) * 3
    if not mask or ignored or not weight:
        return Element(bool(mask) and not ignored, weight, none, none)
    x, s = Decimal(float(logit)), number(loss.label_smoothing)
    t = Decimal(float(target)) * (1 - s) + s / 2

    def value(x: Decimal) -> Decimal:
        if isinstance(loss, logit_loss.FocalLoss):
            return weight * focal(x, t, p, number(loss.gamma), None if loss.alpha is None else number(loss.alpha))
        if isinstance(loss, logit_loss.AsymmetricLoss):
            return weight * asymmetric(x, t, number(loss.gamma_pos), number(loss.gamma_neg), number(loss.margin))
        return weight * bce(x, t, p)

    low, middle, high = value(x - STEP), value(x), value(x + STEP)
    slope, bend = (high - low) / (2 * STEP), (high - 2 * middle + low) / STEP**2
    # The Hessian of focal and asymmetric loss is a difference of terms as large as the gradient; so is each derivative
    # of a soft target.
    gamma = number(max(getattr(loss, name, 0) for name in ("gamma", "gamma_pos", "gamma_neg")))
    soft = 0 if t in (0, 1) else weight * (1 + p) * (1 + 2 * gamma)
    terms = (1 + 2 * gamma) * abs(slope) if gamma else 0
    return Element(True, weight, (middle, slope, bend), (abs(middle), abs(slope) + soft, abs(bend) + terms + soft))


def divisor(loss: logit_loss._Loss, found: list[Element]) -> Decimal:
    counted = [element for element in found if element.counted]
    return {
        "mean": Decimal(len(counted)),
        "weighted_mean": sum((element.weight for element in counted), Decimal(0)),
        "sum": ONE,
    }[loss.reduction]
