#!/usr/bin/env python3
"""Writes reference.h: what tests/typed.h compares with, from 60 digits."""
from decimal import Decimal, getcontext

getcontext().prec = 60
LOGITS = ["-100", "-20", "-15", "-4", "-1.5", "-0.3125", "0", "0.0078125", "0.75", "2.5", "15", "17", "20", "40", "100"]
ALPHA, GAMMA = Decimal("0.25"), 2


def softplus(x):
    # ln(1 + e) of a tiny e is its series.
    e = (-abs(x)).exp()
    small = e - e**2 / 2 + e**3 / 3 if e < Decimal("1e-25") else (1 + e).ln()
    return max(x, Decimal(0)) + small


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def row(x, t):
    u = -x if t else x
    sign, alpha = (-1, ALPHA) if t else (1, 1 - ALPHA)
    S, R, L = sigmoid(u), sigmoid(-u), softplus(u)
    A = alpha * S**GAMMA
    parts = [S * (1 + 2 * GAMMA), GAMMA * L * GAMMA * R, -GAMMA * L * S]
    return [
        x, t, L, sign * S, S * R,
        A * L, sign * A * (GAMMA * R * L + S), A * R * sum(parts), A * R * sum(map(abs, parts)),
        sigmoid(x), -softplus(-x), softplus(x), softplus(2 * x) / 2,
    ]  # fmt: skip


print("/* Made by reference.py: exact values, rounded once. Focal loss with alpha 0.25 and gamma 2, softplus2 with beta 2. */")
print("static const struct reference {")
print("    double logit, target, loss, gradient, hessian, focal, focal_gradient, focal_hessian, focal_hessian_terms;")
print("    double sigmoid, log_sigmoid, softplus, softplus2;")
print("} references[] = {")
for x in LOGITS:
    for t in (0, 1):
        print("    {" + ", ".join(f"{v:.20e}" if isinstance(v, Decimal) and v != v.to_integral_value() else str(v) for v in row(Decimal(x), t)) + "},")
print("};")
