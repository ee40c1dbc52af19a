"""Values, options, errors and memory of logit_loss.py. test_training.py tests LightGBM, test_pytorch.py PyTorch."""
import os
import pickle
import re
import subprocess
import sys
import tracemalloc
import unittest
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest import mock

import numpy as np

import exact
import logit_loss
from logit_loss import AsymmetricLoss, BCEWithLogits, FocalLoss, LossSum

HEADER = Path(__file__).resolve().parents[2] / "capi/include/logit_loss.h"
TYPES = [np.float32, np.float64]
LOGITS = [-1e4, -104, -90, -40, -17, -5, -0.3125, 0, 1e-6, 0.75, 3, 17, 20, 40, 90, 104, 1e4]
LOSSES = {
    "bce": BCEWithLogits(),
    "focal": FocalLoss(),
    "focal, other": FocalLoss(alpha=None, gamma=1.5, pos_weight=3.0),
    "focal, plain": FocalLoss(alpha=0.75, gamma=0.0),
    "asymmetric": AsymmetricLoss(),
    "asymmetric, other": AsymmetricLoss(gamma_pos=3.0, gamma_neg=2.0, margin=0.0),
}
# What is promised of asymmetric loss with a gamma of 4: 6 + 5 gamma. The others are promised less.
ULPS = 26


def arrays(real, shape, targets, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 4, shape).astype(real), rng.choice(np.array(targets), shape)


class Case(unittest.TestCase):
    def close(self, found, wanted, scale, what):
        """Within some distances of neighbouring numbers of the type."""
        for index, (f, w, s) in enumerate(zip(np.ravel(found), wanted, scale, strict=True)):
            bound = ULPS * Decimal(float(np.spacing(found.dtype.type(s))))
            self.assertLessEqual(abs(Decimal(float(f)) - w), bound, f"{what}, element {index}: {f}, not {float(w)}")

    def check(self, loss, logits, targets):
        """Every method against the exact values."""
        found = exact.elements(loss, logits, targets)
        divisor = exact.divisor(loss, found)
        values, scales = zip(*(element.values for element in found)), zip(*(element.scales for element in found))
        (losses, slopes, bends), (of_loss, of_slope, of_bend) = map(list, values), map(list, scales)
        total, one = sum(losses) / divisor, logits.dtype.type
        self.close(loss.losses(logits, targets), losses, of_loss, "losses")
        before = logits.copy()
        mean = loss.loss(logits, targets)
        self.close(np.array([mean], one), [total], [total], "loss")
        gradient = loss.gradient(logits, targets)
        slopes, of_slope = [s / divisor for s in slopes], [s / divisor for s in of_slope]
        bends, of_bend = [s / divisor for s in bends], [s / divisor for s in of_bend]
        self.close(gradient, slopes, of_slope, "gradient")
        both = loss.loss_and_gradient(logits, targets)
        self.assertEqual(both[0], mean)
        np.testing.assert_array_equal(both[1], gradient)
        first, second = loss.gradient_and_hessian(logits, targets)
        np.testing.assert_array_equal(first, gradient)
        self.close(second, bends, of_bend, "Hessian")
        np.testing.assert_array_equal(logits, before)
        place = logits.copy()
        value, out = loss.loss_and_gradient(place, targets, out=place)
        self.assertIs(out, place)
        self.assertEqual(value, mean)
        np.testing.assert_array_equal(place, gradient)
        sums = LossSum()
        loss.accumulate(sums, logits, targets)
        self.close(np.array([sums.loss(loss.reduction)], one), [total], [total], "sum")
        for array in (gradient, second, loss.losses(logits, targets)):
            self.assertEqual((array.dtype, array.shape), (logits.dtype, logits.shape))


class Values(Case):
    def test_logits_from_end_to_end(self):
        for real in TYPES:
            logits = np.array(LOGITS + ([-745, -700, 700, 745] if real is np.float64 else []), real)
            for name, loss in LOSSES.items():
                for target in (0, 1, 0.25):
                    with self.subTest(name, real=real.__name__, target=target):
                        self.check(loss, logits, np.full(logits.shape, target, real))

    def test_infinite_logits_have_limits(self):
        logits = np.array([np.inf, -np.inf, np.inf, -np.inf], np.float32)
        targets = np.array([1, 0, 0, 1], np.uint8)
        np.testing.assert_array_equal(BCEWithLogits().losses(logits, targets), [0, 0, np.inf, np.inf])
        gradient, hessian = BCEWithLogits(reduction="sum").gradient_and_hessian(logits, targets)
        np.testing.assert_array_equal(gradient, [0, 0, 1, -1])
        np.testing.assert_array_equal(hessian, [0, 0, 0, 0])
        self.assertEqual(BCEWithLogits().loss(logits, targets), np.inf)

    def test_labels_of_every_type_give_the_same_bits(self):
        for real in TYPES:
            logits, targets = arrays(real, 100, [0, 1])
            for name, loss in LOSSES.items():
                wanted = loss.loss_and_gradient(logits, targets.astype(real))
                for label in (np.bool_, np.uint8, np.int8, np.int32, np.int64):
                    with self.subTest(name, real=real.__name__, label=label.__name__):
                        found = loss.loss_and_gradient(logits, targets.astype(label))
                        self.assertEqual(found[0], wanted[0])
                        np.testing.assert_array_equal(found[1], wanted[1])

    def test_activations(self):
        functions = {"sigmoid": exact.sigmoid, "softplus": exact.softplus, "log_sigmoid": lambda x: -exact.softplus(-x)}
        for real in TYPES:
            logits = np.array(LOGITS, real)
            exactly = [Decimal(float(x)) for x in logits]
            for name, function in functions.items():
                with self.subTest(name, real=real.__name__):
                    wanted = [function(x) for x in exactly]
                    found = getattr(logit_loss, name)(logits)
                    self.close(found, wanted, map(abs, wanted), name)
                    place = logits.copy()
                    self.assertIs(getattr(logit_loss, name)(place, out=place), place)
                    np.testing.assert_array_equal(place, found)
            wanted = [exact.softplus(3 * x) / 3 for x in exactly]
            found = logit_loss.softplus(logits, 3.0)
            self.close(found, wanted, wanted, "softplus, beta 3")
            place = logits.copy()
            logit_loss.softplus(place, 3.0, place)
            np.testing.assert_array_equal(place, found)

    def test_sums_over_batches(self):
        logits, labels = arrays(np.float64, (6, 3), [0, 1])
        loss = BCEWithLogits(weight=np.array([1.0, 0.0, 2.5]))
        first, second = LossSum(), LossSum()
        loss.accumulate(first, logits[:2], labels[:2])
        loss.accumulate(second, logits[2:], labels[2:])
        first.merge(pickle.loads(pickle.dumps(second)))
        for reduction in ("mean", "weighted_mean", "sum"):
            wanted = replace(loss, reduction=reduction).loss(logits, labels)
            self.assertAlmostEqual(first.loss(reduction), wanted, delta=4 * np.spacing(wanted))
        with self.assertRaisesRegex(ValueError, "a sum has 40 bytes, not 39"):
            LossSum(bytes(39))
        with self.assertRaisesRegex(ValueError, "a mean of nothing"):
            LossSum().loss()
        with self.assertRaisesRegex(TypeError, "other must be a LossSum, not int"):
            first.merge(3)
        with self.assertRaisesRegex(TypeError, "total must be a LossSum, not bytes"):
            loss.accumulate(bytes(first), logits, labels)

    def test_the_function_of_pytorchs_name(self):
        logits, labels = arrays(np.float32, 9, [0, 1])
        loss = BCEWithLogits(pos_weight=2.0, reduction="sum")
        self.assertEqual(
            logit_loss.bce_with_logits(logits, labels, pos_weight=2.0, reduction="sum"), loss.loss(logits, labels)
        )
        none = logit_loss.bce_with_logits(logits, labels, pos_weight=2.0, reduction="none")
        np.testing.assert_array_equal(none, loss.losses(logits, labels))


class Options(Case):
    def test_weights_broadcast_as_numpy_has_it(self):
        shapes = {
            (12,): [(), (1,), (12,)],
            (4, 3): [(3,), (4, 1), (1, 3), (4, 3), (1, 1)],
            (3, 3): [(3,), (3, 1)],
            (2, 3, 4): [(4,), (3, 1), (3, 4), (2, 1, 1), (2, 3, 1), (2, 1, 4), (2, 3, 4), (1, 3, 1)],
            (2, 3, 2, 2): [(3, 1, 1), (1, 3, 1, 1), (2, 1, 2, 2), (2, 3, 1, 1), (2, 2), (1, 3, 2, 2)],
            (1, 3, 1, 2): [(3, 1, 1), (3, 1, 2), (2,)],
        }
        for real in TYPES:
            for shape, of_weights in shapes.items():
                logits, labels = arrays(real, shape, [False, True])
                for weights in of_weights:
                    rng = np.random.default_rng(2)
                    weight, other = (np.asarray(rng.choice([0, 0.5, 1, 3], weights), real) for _ in range(2))
                    weight.flat[0], other.flat[-1] = 2, 5
                    for name in ("weight", "class_weight", "pos_weight"):
                        with self.subTest(name, real=real.__name__, shape=shape, weights=weights):
                            self.check(BCEWithLogits(**{name: weight}), logits, labels)
                    with self.subTest("two", real=real.__name__, shape=shape, weights=weights):
                        self.check(FocalLoss(weight=weight, pos_weight=other, alpha=None), logits, labels)
                        self.check(AsymmetricLoss(weight=weight, class_weight=other), logits, labels)

    def test_weights_that_c_has_no_kind_for(self):
        logits, labels = arrays(np.float32, (2, 3, 2, 3), [0, 1])
        for shape, text in {
            (1, 3, 1, 3): "varies along too many separate axes",
            (2,): r"of shape \(2,\) does not broadcast over logits of shape \(2, 3, 2, 3\)",
            (1, 2, 3, 2, 3): "does not broadcast",
        }.items():
            with self.assertRaisesRegex(ValueError, text):
                BCEWithLogits(pos_weight=np.ones(shape, np.float32)).loss(logits, labels)

    def test_every_reduction_with_all_that_can_be_left_out(self):
        for real in TYPES:
            logits, labels = arrays(real, (8, 5), [0, 1, -1])
            logits[0, :3], labels[0, :3] = [np.nan, np.inf, np.nan], [-1, -1, 1]
            logits[3, 2], labels[3, 2] = np.nan, 7
            mask = np.ones(logits.shape, bool)
            mask[0, 2] = mask[5] = False
            weight = np.array([1, 2, 0, 4, 0.5], real)
            for name, loss in LOSSES.items():
                for reduction in ("mean", "weighted_mean", "sum"):
                    every = {"weight": weight, "ignore": -1, "label_smoothing": 0.125, "reduction": reduction}
                    with self.subTest(name, real=real.__name__, reduction=reduction):
                        self.check(replace(loss, **every, mask=mask), logits, labels)
                        bytes_of_mask = replace(loss, reduction=reduction, mask=mask[4:].view(np.uint8))
                        self.check(bytes_of_mask, logits[4:], abs(labels[4:]))

    def check_ignored(self, real, values, ignore):
        logits = np.array([0.5, -1, 2], real)
        self.check(BCEWithLogits(ignore=ignore), logits, values)
        without = BCEWithLogits().loss(logits[:2].copy(), values[:2].copy())
        self.assertEqual(BCEWithLogits(ignore=ignore).loss(logits, values), without)

    def test_ignored_targets_of_every_type(self):
        for real in TYPES:
            self.check_ignored(real, np.array([0, 1, 255], np.uint8), 255)
            for label in (np.int8, np.int32, np.int64):
                self.check_ignored(real, np.array([0, 1, -1], label), -1)
            self.check_ignored(real, np.array([0.25, 1, np.nan], real), float("nan"))
            self.check_ignored(real, np.array([0.25, 1, 0.5], real), np.float32(0.5))

    def test_options_of_a_type_that_is_not_one_of_c(self):
        logits, labels = np.zeros(2, np.float32), np.array([0, 1])
        for options, text in [
            ({"reduction": "none"}, "the reduction must be one of mean, weighted_mean, sum, not 'none'"),
            ({"ignore": 16_777_217}, "ignore: 16777217 is not a number of the type float32"),
            ({"weight": np.ones(2)}, "weight must have the type float32, not float64: .astype"),
            ({"weight": [1.0, 2.0]}, "weight must be a numpy array, not list"),
            ({"mask": np.ones(2, np.int32)}, "mask must have the type bool, uint8, not int32"),
            ({"mask": np.ones(3, bool)}, "mask must have the shape"),
            ({"label_smoothing": "0.1"}, "label_smoothing must be a number, not str"),
            ({"ignore": "x"}, "ignore must be a number, not str"),
        ]:
            with self.subTest(text), self.assertRaisesRegex((TypeError, ValueError), text):
                BCEWithLogits(**options).loss(logits, labels)
        with self.assertRaisesRegex(TypeError, "alpha must be a number, not ndarray"):
            FocalLoss(alpha=np.ones(2)).loss(logits, labels)
        with self.assertRaisesRegex(TypeError, "beta must be a number, not str"):
            logit_loss.softplus(logits, "1")
        with self.assertRaises(TypeError):
            AsymmetricLoss(pos_weight=2.0)
        with self.assertRaisesRegex(TypeError, "loss must be a loss such as BCEWithLogits.., not type"):
            logit_loss.boosting_objective(BCEWithLogits)


class Errors(Case):
    def test_what_the_library_refuses_and_that_nothing_was_written(self):
        logits, labels = np.zeros(4, np.float32), np.array([0, 1, 0, 1], np.uint8)
        nan, bad = float("nan"), np.array([0, 1, 2, 1], np.int64)
        for loss, targets, text in [
            (BCEWithLogits(), bad, "a label is neither 0 nor 1"),
            (BCEWithLogits(mask=np.array([0, 1, 2, 1], np.uint8)), labels, "a byte of the mask is neither 0 nor 1"),
            (BCEWithLogits(weight=-1), labels, "a weight is negative or not finite"),
            (BCEWithLogits(weight=1e300), labels, "a weight is negative or not finite"),
            (BCEWithLogits(class_weight=nan), labels, "a class weight is negative or not finite"),
            (BCEWithLogits(pos_weight=np.float32(-2)), labels, "a positive weight is negative or not finite"),
            (BCEWithLogits(label_smoothing=1.5), labels, r"the label smoothing is not in \[0, 1\]"),
            (BCEWithLogits(mask=np.zeros(4, bool)), labels, "a mean of nothing"),
            (BCEWithLogits(weight=0, reduction="weighted_mean"), labels, "a mean of nothing"),
            (FocalLoss(alpha=2), labels, r"alpha is not in \[0, 1\]"),
            (FocalLoss(gamma=65), labels, r"gamma is not in \[0, 64\]"),
            (AsymmetricLoss(gamma_pos=-1), labels, "the gamma of positives is not in"),
            (AsymmetricLoss(gamma_neg=nan), labels, "the gamma of negatives is not in"),
            (AsymmetricLoss(margin=1), labels, r"the margin is not in \[0, 1\)"),
        ]:
            out, second = np.full(4, 7, np.float32), np.full(4, 7, np.float32)
            with self.subTest(text):
                with self.assertRaisesRegex(ValueError, f"^{text}"):
                    loss.loss_and_gradient(logits, targets, out)
                with self.assertRaisesRegex(ValueError, f"^{text}"):
                    loss.gradient_and_hessian(logits, targets, (out, second))
                np.testing.assert_array_equal([out, second], 7)
        with self.assertRaisesRegex(ValueError, "^beta is not in"):
            logit_loss.softplus(logits, 0.0)
        with self.assertRaisesRegex(ValueError, "a mean of nothing"):
            BCEWithLogits().loss(logits[:0], labels[:0])
        self.assertEqual(BCEWithLogits(reduction="sum", weight=logits[:0]).loss(logits[:0], labels[:0]), 0)

    def test_options_of_another_size(self):
        logits, labels = np.zeros(4, np.float32), np.zeros(4, np.uint8)
        for loss in (BCEWithLogits(), FocalLoss(), AsymmetricLoss()):
            known = logit_loss._OPTIONS[loss._name, "f32"]
            longer = type("longer", (known,), {"_fields_": [("new", logit_loss.c_double)]})
            with mock.patch.dict(logit_loss._OPTIONS, {(loss._name, "f32"): longer}):
                with self.assertRaisesRegex(ValueError, "options of another size"):
                    loss.loss(logits, labels)

    def test_arrays_that_would_need_a_copy(self):
        x, t = np.zeros((4, 6), np.float32), np.zeros((4, 6), np.uint8)
        masked = np.ma.masked_array(x)
        for logits, targets, text in [
            (x.astype(np.float16), t, "logits must have the type float32, float64, not float16: .astype makes a copy"),
            (x.astype(">f4"), t, "logits must have the type float32, float64, not >f4"),
            (x.astype(int), t, "logits must have the type float32, float64, not int64"),
            (x.tolist(), t, "logits must be a numpy array, not list: use numpy.asarray"),
            (masked, t, "logits must be a numpy array, not MaskedArray"),
            (np.float32(1), t, "logits must be a numpy array, not float32"),
            (x.T, t.T, "logits must be contiguous: numpy.ascontiguousarray makes a copy"),
            (x[:, ::2], t[:, ::2], "logits must be contiguous"),
            (x, t.astype(float), "targets must have the type float32, bool, uint8, .*, int64, not float64: .astype"),
            (x, t.astype(np.uint16), "targets must have the type .* not uint16"),
            (x, np.asfortranarray(t), "targets must be contiguous"),
            (x, t[:3], r"targets must have the shape \(4, 6\) of the logits, not \(3, 6\)"),
            (x, None, "targets must be a numpy array, not NoneType"),
        ]:
            for method in ("loss", "losses", "gradient", "loss_and_gradient", "gradient_and_hessian"):
                with self.subTest(text, method=method), self.assertRaisesRegex((TypeError, ValueError), f"^{text}"):
                    getattr(BCEWithLogits(), method)(logits, targets)
        for call in (logit_loss.sigmoid, logit_loss.softplus):
            with self.assertRaisesRegex(ValueError, "logits must be contiguous"):
                call(x.T)
        with self.assertRaisesRegex(ValueError, "logits must be aligned: .copy makes a copy"):
            logit_loss.sigmoid(np.zeros(9, np.uint8)[1:].view(np.float32))

    def test_outputs_that_do_not_fit(self):
        x, t = np.zeros(4, np.float32), np.zeros(4, np.uint8)
        locked = np.zeros(4, np.float32)
        locked.flags.writeable = False
        wide = np.zeros(5, np.float32)
        for logits, out, text in [
            (x, np.zeros(4), "out must have the type float32, not float64"),
            (x, np.zeros(3, np.float32), "out must have the shape"),
            (x, wide[::2], "out must be contiguous|out must have the shape"),
            (x, locked, "out is read-only"),
            (locked, locked, "out is read-only"),
            (wide[:4], wide[1:], "an output overlaps an input or another output"),
        ]:
            with self.subTest(text), self.assertRaisesRegex((TypeError, ValueError), text):
                BCEWithLogits().loss_and_gradient(logits, t, out)
            with self.subTest(text), self.assertRaisesRegex((TypeError, ValueError), text):
                logit_loss.sigmoid(logits, out)
        with self.assertRaisesRegex(ValueError, "an output overlaps an input or another output"):
            BCEWithLogits().gradient_and_hessian(x, t, (wide[:4], wide[1:]))
        np.testing.assert_array_equal(wide, 0)


class Memory(Case):
    def test_nothing_is_copied(self):
        n = 1_000_000
        logits, labels = arrays(np.float32, n, [False, True])
        weight, mask, out, other = (np.ones(n, dtype) for dtype in (np.float32, bool, np.float32, np.float32))
        loss = BCEWithLogits(weight=weight, pos_weight=weight, mask=mask)
        tracemalloc.start()
        try:
            loss.loss(logits, labels)
            self.assertIs(loss.losses(logits, labels, out), out)
            self.assertIs(loss.gradient(logits, labels, out), out)
            self.assertIs(loss.loss_and_gradient(logits, labels, out)[1], out)
            gradient, hessian = loss.gradient_and_hessian(logits, labels, (out, other))
            self.assertTrue(gradient is out and hessian is other)
            self.assertIs(logit_loss.sigmoid(logits, out), out)
            peak = tracemalloc.get_traced_memory()[1]
            # What is made: one array of results.
            tracemalloc.reset_peak()
            loss.gradient(logits, labels)
            made = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertLess(peak, 100_000)
        self.assertLess(4 * n, made)
        self.assertLess(made, 4 * n + 100_000)


class Library(Case):
    def test_the_structs_are_those_of_the_header(self):
        text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
        structs = dict(re.findall(r"typedef struct (\w+) \{(.*?)\}", text, flags=re.S))
        for (loss, kind), struct in logit_loss._OPTIONS.items():
            wanted = re.findall(r"(\w+);", structs[f"logit_loss_{loss}_{kind}"])
            self.assertEqual([name for name, _ in struct._fields_], wanted)
        wanted = re.findall(r"(\w+);", structs["logit_loss_weights_f32"])
        self.assertEqual([name for name, _ in logit_loss._Weights._fields_], wanted)

    def test_a_library_that_is_not_there(self):
        environment = {**os.environ, "LOGIT_LOSS_LIBRARY": "/nowhere/liblogit_loss.so"}
        command = [sys.executable, "-c", "import logit_loss"]
        here = Path(__file__).parent
        found = subprocess.run(command, env=environment, cwd=here, stderr=subprocess.PIPE, text=True)
        self.assertNotEqual(found.returncode, 0)
        self.assertIn("ImportError: no shared library of logit-loss", found.stderr)
        self.assertIn("cargo rustc --manifest-path capi/Cargo.toml --release --crate-type cdylib", found.stderr)


if __name__ == "__main__":
    unittest.main()
