"""LightGBM with the objectives of logit_loss.py, on the red wines; and the programs of README.md."""
import contextlib
import io
import re
import unittest
from dataclasses import replace
from pathlib import Path

import lightgbm
import numpy as np

import wines
from logit_loss import AsymmetricLoss, BCEWithLogits, FocalLoss, boosting_objective

PARAMETERS = {"verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "boost_from_average": False}
ROUNDS = 100
# A probability of 0.01, where focal loss starts in its paper.
RARE = -4.6


def area_under_curve(logits, targets):
    """How many pairs of a positive and a negative are in order; ties count half."""
    higher = logits[targets == 1, None] - logits[targets == 0]
    return np.mean((higher > 0) + 0.5 * (higher == 0))


class Data:
    """What an objective is given beside predictions. XGBoost has no weights as an empty array, LightGBM as None."""

    def __init__(self, labels, weights):
        self.get_label, self.get_weight = lambda: labels, lambda: weights


class Boosting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.features, cls.targets = wines.load()
        cls.train, cls.held_out = wines.split(cls.targets, 1)

    def fit(self, objective, weight=None, start=0.0):
        """The trees, and the logits of wines to train on and held out."""
        rows = self.train
        starts = np.full(len(rows), start)
        data = lightgbm.Dataset(self.features[rows], self.targets[rows], weight=weight, init_score=starts)
        model = lightgbm.train({**PARAMETERS, "objective": objective}, data, ROUNDS)
        trees = re.findall(r"(?:split_feature|threshold)=.*", model.model_to_string())
        return trees, *(start + model.predict(self.features[r], raw_score=True) for r in (rows, self.held_out))

    def auc(self, logits):
        return area_under_curve(logits, self.targets[self.held_out])

    def test_cross_entropy_grows_the_trees_of_lightgbm(self):
        for weight in (None, np.where(self.targets[self.train] == 1, 3.0, 1.0)):
            wanted, found = self.fit("binary", weight), self.fit(boosting_objective(BCEWithLogits()), weight)
            self.assertEqual(len(wanted[0]), 2 * ROUNDS)
            self.assertEqual(found[0], wanted[0])
            # Of logits up to 11. The differences found were 0.
            np.testing.assert_allclose(found[1], wanted[1], rtol=0, atol=1e-6)
            np.testing.assert_allclose(found[2], wanted[2], rtol=0, atol=1e-6)
            self.assertGreater(self.auc(found[2]), 0.87)

    def test_weights_of_positives_are_weights_of_the_data(self):
        weighted = self.fit("binary", np.where(self.targets[self.train] == 1, 6.4, 1.0))
        found = self.fit(boosting_objective(BCEWithLogits(pos_weight=6.4)))
        self.assertEqual(found[0], weighted[0])
        np.testing.assert_allclose(found[2], weighted[2], rtol=0, atol=1e-5)

    def test_focal_loss_learns_from_rare_positives_with_the_floor_alone(self):
        focal = FocalLoss(alpha=None)
        targets = self.targets[self.train].astype(np.float64)

        def without_floor(predictions, data):
            labels = data.get_label().astype(predictions.dtype)
            return replace(focal, reduction="sum").gradient_and_hessian(predictions, labels)

        _, train, held_out = self.fit(boosting_objective(focal), start=RARE)
        # 0.0009 and 0.874, against 0.614 and 0.5.
        self.assertLess(focal.loss(train, targets), 0.002)
        self.assertGreater(self.auc(held_out), 0.86)
        _, train, held_out = self.fit(without_floor, start=RARE)
        self.assertGreater(focal.loss(train, targets), 0.6)
        self.assertEqual(self.auc(held_out), 0.5)

    def test_asymmetric_loss_learns(self):
        _, train, held_out = self.fit(boosting_objective(AsymmetricLoss()))
        self.assertLess(AsymmetricLoss().loss(train, self.targets[self.train].astype(np.float64)), 0.005)
        self.assertGreater(self.auc(held_out), 0.86)

    def test_an_objective_is_the_sum_with_a_floor_times_the_weights(self):
        logits, labels = np.array([RARE, RARE, 0.5, 6]), np.array([1, 0, 1, 0], np.float32)
        weights = np.array([1, 2, 0.5, 4], np.float32)
        for real in (np.float32, np.float64):
            x, t = logits.astype(real), labels.astype(real)
            for loss in (BCEWithLogits(pos_weight=2.0), FocalLoss(), AsymmetricLoss(gamma_pos=4.0)):
                objective = boosting_objective(loss)
                slope, bend = replace(loss, reduction="sum").gradient_and_hessian(x, t)
                if not isinstance(loss, BCEWithLogits):
                    self.assertLess(bend[0], 0)
                    bend = np.maximum(bend, abs(slope) / 4)
                empty = Data(labels, np.array([]))
                for found in (objective(x, Data(labels, None)), objective(x, empty), objective(t, x)):
                    np.testing.assert_array_equal(found, [slope, bend])
                for found in (objective(x, Data(labels, weights)), objective(labels, x, weights)):
                    np.testing.assert_array_equal(found, [slope * weights, bend * weights])
        # Of several targets XGBoost has rows of predictions, and all labels in one.
        many = boosting_objective(BCEWithLogits())(logits.reshape(2, 2), Data(labels, None))
        np.testing.assert_array_equal(np.ravel(many), np.ravel(boosting_objective(BCEWithLogits())(labels, logits)))

    def test_labels_that_are_neither_0_nor_1_are_refused(self):
        logits, nan = np.array([0.5, -1, 2]), float("nan")
        objective = boosting_objective(BCEWithLogits())
        for labels, text in [([0, 1, -1], "a label is -1"), ([nan, 2, 1], "a label is 2"), ([0, 0, 255], "is 255")]:
            with self.assertRaisesRegex(ValueError, f"{text}.*: labels must be from 0 to 1, or ignored"):
                objective(logits, Data(np.array(labels, np.float32), None))
        labels, mask = np.array([0, -1, 1], np.float32), np.array([True, False, True])
        for loss in (BCEWithLogits(ignore=-1), BCEWithLogits(mask=mask)):
            for found in boosting_objective(loss)(logits, Data(labels, None)):
                self.assertTrue((found != 0).tolist() == [True, False, True])
            with self.assertRaisesRegex(ValueError, "a label is 3"):
                boosting_objective(loss)(logits, Data(np.array([3, -1, 1], np.float32), None))
        for found in objective(logits[:0], Data(labels[:0], None)):
            self.assertEqual(found.shape, (0,))


class Readme(unittest.TestCase):
    """The programs of README.md run one after the other, and print what they say. test_pytorch.py runs the one with
    PyTorch. No test runs the one with XGBoost."""

    def test_the_programs_run(self):
        text = (Path(__file__).parent / "README.md").read_text()
        programs = re.findall(r"^```python\n(.*?)^```$", text, flags=re.M | re.S)
        self.assertEqual(len(programs), 4)
        names, printed, wanted = {}, io.StringIO(), []
        for program in programs:
            code = compile(program, "README.md", "exec")
            if "xgboost" in program or "torch" in program:
                continue
            with contextlib.redirect_stdout(printed):
                exec(code, names)
            wanted += re.findall(r"^print\(.*\) +# ([^:\n]*)", program, flags=re.M)
        self.assertEqual(printed.getvalue().splitlines(), wanted)
        self.assertEqual(len(wanted), 3)
        self.assertGreater(area_under_curve(names["probabilities"], names["labels"]), 0.9)


if __name__ == "__main__":
    unittest.main()
