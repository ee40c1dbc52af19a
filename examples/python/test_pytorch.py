"""The losses of logit_loss.py as losses of PyTorch."""
import re
import unittest
from pathlib import Path

import torch

import logit_loss
from logit_loss import AsymmetricLoss, BCEWithLogits, FocalLoss


class Torch(unittest.TestCase):
    def tensors(self, dtype, shape=(50, 3)):
        generator = torch.Generator().manual_seed(1)
        logits = torch.randn(shape, dtype=dtype, generator=generator).mul_(3).requires_grad_()
        return logits, (torch.rand(shape, generator=generator) < 0.3).to(dtype)

    def test_the_loss_and_the_gradient_are_those_of_pytorch(self):
        for dtype, bound in ((torch.float32, 1e-5), (torch.float64, 1e-13)):
            weight, positive = torch.rand(50, 1, dtype=dtype), torch.tensor([5, 1, 0.5], dtype=dtype)
            for reduction in ("mean", "sum"):
                theirs = torch.nn.BCEWithLogitsLoss(weight=weight, pos_weight=positive, reduction=reduction)
                options = {"weight": weight.numpy(), "pos_weight": positive.numpy(), "reduction": reduction}
                ours = logit_loss.torch_loss(BCEWithLogits(**options))
                results = []
                for criterion in (theirs, ours):
                    logits, targets = self.tensors(dtype)
                    loss = criterion(logits, targets)
                    self.assertEqual((loss.dtype, loss.shape), (dtype, ()))
                    # A part of a larger loss, and of a larger network.
                    (3 * loss + logits.square().mean()).backward()
                    results.append((loss.detach(), logits.grad))
                for wanted, found in zip(*results, strict=True):
                    torch.testing.assert_close(found, wanted, rtol=bound, atol=bound / 100)

    def test_gradients_against_differences(self):
        for loss in (BCEWithLogits(label_smoothing=0.1), FocalLoss(gamma=1.5), AsymmetricLoss(reduction="sum")):
            logits, targets = self.tensors(torch.float64, (4, 3))
            self.assertTrue(torch.autograd.gradcheck(lambda x: logit_loss.torch_loss(loss)(x, targets), logits))

    def test_confident_right_answers_have_a_gradient(self):
        logits = torch.tensor([17.0, 20, 40, 100], requires_grad=True)
        logit_loss.torch_loss(BCEWithLogits(reduction="sum"))(logits, torch.ones(4)).backward()
        self.assertTrue((logits.grad < 0).all())

    def test_a_loss_without_a_gradient_and_labels_of_integers(self):
        logits, targets = self.tensors(torch.float32)
        criterion = logit_loss.torch_loss(FocalLoss())
        found = criterion(logits.detach(), targets)
        self.assertFalse(found.requires_grad)
        self.assertEqual(found, criterion(logits, targets.to(torch.int64)))

    def test_backward_twice_and_what_is_refused(self):
        with self.assertRaisesRegex(TypeError, "loss must be a loss such as BCEWithLogits.., not type"):
            logit_loss.torch_loss(BCEWithLogits)
        criterion = logit_loss.torch_loss(BCEWithLogits())
        logits, targets = self.tensors(torch.float32)
        loss = criterion(logits, targets)
        loss.backward(retain_graph=True)
        once = logits.grad.clone()
        loss.backward()
        torch.testing.assert_close(logits.grad, 2 * once)
        with self.assertRaisesRegex(ValueError, "targets that require a gradient"):
            criterion(logits, targets.requires_grad_())
        with self.assertRaisesRegex(ValueError, "logits must be contiguous"):
            criterion(logits.T, targets.detach().T)
        with self.assertRaisesRegex(TypeError, "logits must have the type float32, float64, not float16"):
            criterion(logits.half(), targets.detach())
        # There is no second derivative, not a wrong one.
        (slope,) = torch.autograd.grad(criterion(logits, targets.detach()), logits, create_graph=True)
        self.assertFalse(slope.requires_grad)

    def test_the_program_of_the_readme_runs(self):
        text = (Path(__file__).parent / "README.md").read_text()
        (program,) = re.findall(r"^```python\n(import torch\n.*?)^```$", text, flags=re.M | re.S)
        names = {}
        exec(compile(program, "README.md", "exec"), names)
        self.assertTrue((names["logits"].grad < 0).all())


if __name__ == "__main__":
    unittest.main()
