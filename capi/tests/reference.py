#!/usr/bin/env python3
"""Writes reference.h: what tests/typed.h compares with, from 60 digits."""
from decimal import Decimal, getcontext

getcontext().prec = 60
LOGITS = ["-100", "-20", "-15", "-4", "-1.5", "-0.3125", "0", "0.0078125", "0.75", "2.5", "15", "17", "20", "40", "100"]
ALPHA, GAMMA = Decimal("0.25"), 2
GAMMA_POS, GAMMA_NEG, MARGIN = 1, 4, Decimal("0.05")


def softplus(x):
    # ln(1 + e) of a tiny e is its series.
    e = (-abs(x)).exp()
    small = e - e**2 / 2 + e**3 / 3 if e < Decimal("1e-25") else (1 + e).ln()
    return max(x, Decimal(0)) + small


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def results(size, loss, slope, bends):
    """Loss, gradient, Hessian, and what that would be if all of its terms were added."""
    return [size * loss, size * slope, size * sum(bends), size * sum(map(abs, bends))]


def focal(u, g):
    S, R, L = sigmoid(u), sigmoid(-u), softplus(u)
    return results(S**g, L, g * R * L + S, [R * S * (1 + 2 * g), R * g * L * g * R, -R * g * L * S])


def negative(x, g, m):
    S, R = sigmoid(x), sigmoid(-x)
    q, r = S - m, R + m
    if q <= 0:
        return [Decimal(0)] * 4
    v, L = S * R, -r.ln()
    slope = v * (g * L / q + 1 / r)
    bends = [v**2 * g * (g - 1) * L / q**2, v**2 * 2 * g / q / r, v**2 / r**2, R * slope, -S * slope]
    return results(q**g, L, slope, bends)


def row(x, t):
    u = -x if t else x
    sign, alpha = (-1, ALPHA) if t else (1, 1 - ALPHA)
    focal_results = [alpha * v for v in focal(u, GAMMA)]
    asymmetric_results = focal(u, GAMMA_POS) if t else negative(x, GAMMA_NEG, MARGIN)
    for of_u in focal_results, asymmetric_results:
        of_u[1] *= sign
    return [
        x, t, softplus(u), sign * sigmoid(u), sigmoid(u) * sigmoid(-u),
        *focal_results, *asymmetric_results,
        sigmoid(x), -softplus(-x), softplus(x), softplus(2 * x) / 2,
    ]  # fmt: skip


print("/* Made by reference.py: exact values, rounded once. Focal loss with alpha 0.25 and gamma 2, asymmetric loss with")
print(" * gamma_pos 1, gamma_neg 4 and margin 0.05, softplus2 with beta 2. */")
print("static const struct reference {")
print("    double logit, target, loss, gradient, hessian, focal, focal_gradient, focal_hessian, focal_hessian_terms;")
print("    double asymmetric, asymmetric_gradient, asymmetric_hessian, asymmetric_hessian_terms;")
print("    double sigmoid, log_sigmoid, softplus, softplus2;")
print("} references[] = {")
for x in LOGITS:
    for t in (0, 1):
        print("    {" + ", ".join(f"{v:.20e}" if isinstance(v, Decimal) and v != v.to_integral_value() else str(v) for v in row(Decimal(x), t)) + "},")
print("};")
