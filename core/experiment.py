"""What a run is made from: a method, data, their options, a seed, a device. And how it is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import registry
from core.config import configure, to_dict
from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from core.method import DataShape, Method, MethodConfig
from core.progress import Progress
from core.randomness import drawing_from, generator
from core.runs import Run, RunDamaged


@dataclass(frozen=True)
class Experiment:
    """Everything that determines a run. Plain values, kept as `config.json`."""

    method: str
    data: str
    options: dict[str, Any] = field(default_factory=dict)  # of the method; the rest are defaults
    data_options: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    device: str = "auto"
    threads: int = 0  # 0: as many as fit this machine
    title: str = ""

    def config(self) -> MethodConfig:
        """The method's config: its defaults, then its recipe for the data, then the options given.

        Raises UnknownMethod, or ConfigError naming option, value and bound.
        """
        cls = registry.method_class(self.method)
        return configure(cls.Config, {**cls.recipes.get(self.data, {}), **self.options})

    def complete(self) -> Experiment:
        """The same with every option written out, so that later defaults do not change the run."""
        return replace(self, options=to_dict(self.config()))

    def command(self) -> str:
        """The command line that makes this run."""
        words = ["python main.py train", self.method, "--data", self.data]
        words += [
            f"--data.{name.replace('_', '-')} {_quoted(value)}"
            for name, value in self.data_options.items()
        ]
        cls = registry.method_class(self.method)
        usual = to_dict(configure(cls.Config, cls.recipes.get(self.data, {})))
        words += [
            f"--{name.replace('_', '-')} {_quoted(value)}"
            for name, value in self.options.items()
            if usual.get(name) != value
        ]
        if self.seed:
            words.append(f"--seed {self.seed}")
        return " ".join(words)


def told_apart(experiments: Sequence[Experiment]) -> list[str]:
    """What each has that not all have, in few words; of equal ones an empty text.

    First the choices in which runs of its method differ, for a word says more than a size; then
    the method where there are several; then sizes and the seed.
    """
    facts: list[dict[str, Any]] = [{**to_dict(e.config()), "seed": e.seed} for e in experiments]
    several = len({e.method for e in experiments}) > 1
    found = []
    for experiment, own in zip(experiments, facts):
        alike = [f for e, f in zip(experiments, facts) if e.method == experiment.method]
        apart = [name for name in own if any(f[name] != own[name] for f in alike)]
        words = [own[name] for name in apart if isinstance(own[name], str)]
        sizes = [_said(name, own[name]) for name in apart if not isinstance(own[name], str)]
        found.append(", ".join([*words, *[experiment.method] * several, *sizes]))
    return found


def _said(name: str, value: Any) -> str:
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{name.replace('_', ' ')} {shown}"


def _quoted(value: Any) -> str:
    import shlex

    return shlex.quote(f"{value:g}" if isinstance(value, float) else str(value))


def from_run(run: Run) -> Experiment:
    """The experiment a run was made from; raises RunDamaged where its config does not say it."""
    try:
        return Experiment(**run.config["experiment"])
    except (KeyError, TypeError) as error:
        raise RunDamaged(f"config.json of {run.id} describes no experiment: {error}") from error


def to_config(experiment: Experiment, shape: DataShape) -> dict[str, Any]:
    """What stands in the run's `config.json`."""
    return {"experiment": asdict(experiment), "shape": asdict(shape)}


def shape_of(run: Run) -> DataShape:
    """The data shape a run was built for; raises RunDamaged where its config does not say it."""
    try:
        shape = run.config["shape"]
        return DataShape(shape["channels"], shape["side"], tuple(shape["classes"]))
    except (KeyError, TypeError) as error:
        raise RunDamaged(f"config.json of {run.id} describes no pictures: {error}") from error


def load_data(experiment: Experiment, progress: Progress) -> ImageSet:
    """The pictures of an experiment; raises DataError when the method cannot use them."""
    data = load(experiment.data, experiment.data_options, progress)
    check_data(experiment, data)
    return data


def check_data(experiment: Experiment, data: ImageSet) -> None:
    """Raise DataError where the method cannot learn from these pictures."""
    cls = registry.method_class(experiment.method)
    if data.points and not cls.on_points:
        raise DataError(
            f"{experiment.method} learns from pictures, and {data.title} are points in the plane; "
            "choose digits, faces or other pictures"
        )
    if cls.needs_colour and data.channels != 3:
        raise DataError(
            f"{data.title} has pictures of {data.channels} channel, and {experiment.method} learns "
            "from colour; choose toyland, photos or other pictures in red, green and blue"
        )
    if cls.needs_clips and data.train.clips is None:
        raise DataError(
            f"{experiment.method} learns from frames in order, and {data.title} has single "
            "pictures; choose clips, or video with a film of your own"
        )
    if cls.needs_cameras and data.train.cameras is None:
        raise DataError(
            f"{experiment.method} learns a scene from views whose cameras are known, and "
            f"{data.title} has none; choose scenes, painted or of your own"
        )
    if cls.needs_truth and data.truth != cls.needs_truth:
        source = {"points": "shapes", "solid": "objects", "boxes": "streets"}[cls.needs_truth]
        raise DataError(
            f"{experiment.method} learns from {cls.needs_truth} that are known of every picture, "
            f"and {data.title} has none; choose {source}"
        )
    if cls.needs_partners and data.train.partners is None:
        raise DataError(
            f"{experiment.method} translates between two domains, and {data.title} is one; choose "
            "domains, painted or of your own"
        )
    if cls.needs_pairs and not data.paired:
        raise DataError(
            f"{experiment.method} learns from pairs, and in {data.title} the two domains show "
            "different things; choose paired domains, or cyclegan, which needs no pairs"
        )
    if cls.needs_labels and not data.labelled:
        raise DataError(
            f"{experiment.method} learns from labels, and {data.title} has none; "
            "choose data with one folder a class, or another method"
        )


def build(experiment: Experiment, shape: DataShape, device: torch.device) -> Method:
    """A new method with weights initialised from the experiment's seed alone."""
    cls = registry.method_class(experiment.method)
    with drawing_from(generator(experiment.seed, "initialise")):
        method = cls(experiment.config(), shape)
    return method.to(device)


def rebuild(
    cls: type[Method],
    config: MethodConfig,
    shape: DataShape,
    weights: dict[str, Tensor],
    device: torch.device,
) -> Method:
    """A method from its weights; what it is built with first draws from a generator of its own.

    Torch's device without memory would draw nothing, but took longer: what it does not know of its
    own accord it asks of Python, and of the compiler, which is 200 MB.
    """
    with drawing_from(generator("rebuild")):
        method = cls(config, shape)
    method.load_state_dict(weights)
    return method.to(device)


def to_arrays(weights: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """Weights as NumPy copies, as the run folder keeps them."""
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in weights.items()}


def to_tensors(arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """Arrays of the run folder as tensors."""
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
