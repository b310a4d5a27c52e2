"""Optimisers without the guard that imports the compiler step as before; parameters may grow."""

import torch

from core.optimisers import replace, without_compiler


def test_a_step_of_adam_is_that_of_its_equations() -> None:
    without_compiler()
    weight = torch.tensor([1.0, -2.0], requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=0.1, betas=(0.9, 0.99), eps=1e-8)
    weight.square().sum().backward()
    optimizer.step()
    # The first step of Adam is lr g / (|g| + eps), whatever the betas.
    assert torch.allclose(weight, torch.tensor([0.9, -1.9]))
    assert weight.requires_grad
    assert weight.grad_fn is None


def test_what_is_to_be_done_before_a_step_still_is() -> None:
    without_compiler()
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    seen: list[float] = []
    optimizer.register_step_pre_hook(lambda *_: seen.append(weight.item()))
    weight.sum().backward()
    optimizer.step()
    assert seen == [0.0]


def test_a_closure_has_gradients() -> None:
    without_compiler()
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=4)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        error = weight.square().sum()
        error.backward()
        return error

    optimizer.step(closure)
    assert abs(weight.item()) < 0.5


def test_a_parameter_may_grow_while_somebody_holds_what_was_computed_of_it() -> None:
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    held = weight.square().sum()
    held.backward()
    replace(weight, torch.ones(5))
    assert weight.grad is None
    weight.square().sum().backward()
    optimizer.step()
    assert torch.allclose(weight, torch.full((5,), 0.8))
    assert held.item() == 3.0
