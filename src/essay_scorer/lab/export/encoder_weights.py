"""Find the weights of a BERT in the files of a Hugging Face folder, whatever wraps them.

Transformers gives random values to every weight that it does not find, and says so only in a
warning. Here a weight that is missing, or one that the encoder would not use, is an error.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from essay_scorer.errors import FileError

Weights = dict[str, torch.Tensor]

# In the order in which Transformers looks for them.
_FILES = ("model.safetensors", "pytorch_model.bin")
_FOREIGN_FILES = ("tf_model.h5", "flax_model.msgpack", "model.ckpt.index", "bert_model.ckpt.index")
_INDEX = ".index.json"
_PARTS = ("embeddings.", "encoder.")  # of a BERT; the names of its weights start with them
_BUFFERS = {"embeddings.position_ids", "embeddings.token_type_ids"}  # older versions saved them
# What data parallelism, sharding, compilation and checkpointing of activations add to a name.
_WRAPPERS = {"module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}
_OLD_NAMES = {"gamma": "weight", "beta": "bias"}  # of layer normalization, in TensorFlow's BERT
_WAY_OUT = "save the whole encoder with save_pretrained()"
_MAX_DEPTH = 8  # of dictionaries in dictionaries


def read_weights(folder: Path, needed: Mapping[str, torch.Size], known: set[str]) -> Weights:
    """Return the weights of an encoder, by the names that ``BertModel`` gives them.

    Args:
        folder: with ``model.safetensors`` or ``pytorch_model.bin``, in one file or in shards.
        needed: name and shape of each weight that the encoder needs.
        known: the names of all weights of the BERT that ``config.json`` describes; layers that
            are cut off are not needed.

    Raises:
        FileError: a file is missing or cannot be read; a weight is missing, has another shape or
            is not finite; or the encoder would not use one of them.
    """
    path, found = _read_files(folder)
    prefix = _find_prefix(path, found, needed)
    weights = {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)}
    missing = [name for name in needed if name not in weights]
    if missing:
        raise _misfit(path, f"lacks {_some(missing, prefix)}; {_WAY_OUT}")
    unused = [name for name in weights if name.startswith(_PARTS) and name not in known | _BUFFERS]
    if unused:
        raise _misfit(path, f"has {_some(unused, prefix)}, which that BERT does not use")
    weights = {name: weights[name] for name in needed}
    for name, weight in weights.items():
        _check_weight(path, prefix + name, weight, needed[name])
    return weights


def _check_weight(path: Path, name: str, weight: torch.Tensor, shape: torch.Size) -> None:
    if weight.shape != shape:
        sizes = f"{list(weight.shape)} instead of {list(shape)}"
        raise _misfit(path, f"has {name} in the shape {sizes}")
    if not weight.is_floating_point():
        raise _misfit(path, f"has {name} in {weight.dtype}, not in floating point")
    if not bool(torch.isfinite(weight).all()):
        raise _misfit(path, f"has values in {name} that are not finite")


def _find_prefix(path: Path, found: Weights, needed: Mapping[str, torch.Size]) -> str:
    """Return the prefix of the names of the one BERT in a file, such as ``bert.``."""
    counts = Counter(prefix for name in found for prefix in _prefixes(name, needed))
    whole = [prefix for prefix, count in counts.items() if count == len(needed)]
    if len(whole) > 1:
        names = " and ".join(f"{prefix}{next(iter(needed))}" for prefix in whole[:2])
        raise _misfit(path, f"has more than one BERT ({names}); save one of them alone")
    if not counts:
        raise _misfit(path, f"lacks {_some(list(needed), '')}; {_WAY_OUT}")
    return (whole or [counts.most_common(1)[0][0]])[0]


def _prefixes(name: str, needed: Mapping[str, torch.Size]) -> Iterator[str]:
    """Yield the prefixes of a name after which it is the name of a weight."""
    for part in _PARTS:
        for match in re.finditer(rf"(?:^|(?<=\.)){re.escape(part)}", name):
            if name[match.start() :] in needed:
                yield name[: match.start()]


def _read_files(folder: Path) -> tuple[Path, Weights]:
    """Return the weights of a folder by name, and the file that a message should name."""
    for path in (folder / file for file in _FILES):
        index = path.with_name(path.name + _INDEX)
        if path.is_file():
            return path, _rename(path, _read_file(path))
        if index.is_file():
            shards = [_read_file(shard) for shard in _shards(index)]
            return index, _rename(index, {name: shard[name] for shard in shards for name in shard})
    foreign = next((name for name in _FOREIGN_FILES if (folder / name).exists()), None)
    reason = f"neither {_FILES[0]} nor {_FILES[1]}" if foreign is None else f"only {foreign}"
    way_out = f"; convert {foreign} with transformers 4" if foreign else ""
    raise FileError(f"{folder} has no weights that PyTorch reads, {reason}{way_out}.")


def _shards(index: Path) -> list[Path]:
    """Return the files of a sharded checkpoint."""
    try:
        names = sorted(set(json.loads(index.read_bytes())["weight_map"].values()))
        shards = [index.with_name(name) for name in names]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _misfit(index, "is not the index of a sharded checkpoint") from error
    for shard in shards:
        if not shard.is_file():
            raise _misfit(index, f"names {shard.name}, which is missing")
    return shards


def _read_file(path: Path) -> Weights:
    """Return the tensors of a file by name, those of nested dictionaries included."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the readers of the formats share no other base class
        reason = "cannot be read: it is damaged, or holds more than tensors; save a state_dict()"
        raise _misfit(path, reason) from error
    return dict(_tensors(content, ""))


def _tensors(content: Any, prefix: str, depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(content, torch.Tensor):
        yield prefix, content
    elif isinstance(content, Mapping) and depth < _MAX_DEPTH:
        for name, value in content.items():
            yield from _tensors(value, f"{prefix}.{name}" if prefix else str(name), depth + 1)


def _rename(path: Path, weights: Weights) -> Weights:
    """Return weights by the names of the module alone, without wrappers and in today's form."""
    renamed: Weights = {}
    for name, weight in weights.items():
        parts = [part for part in name.split(".") if part not in _WRAPPERS]
        if len(parts) > 1 and parts[-2] == "LayerNorm":
            parts[-1] = _OLD_NAMES.get(parts[-1], parts[-1])
        today = ".".join(parts)
        if today in renamed:
            raise _misfit(path, f"has {today} under two names")
        renamed[today] = weight
    return renamed


def _some(names: list[str], prefix: str) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{prefix}{names[0]}{more}"


def _misfit(path: Path, reason: str) -> FileError:
    return FileError(
        f"{path.parent} has no weights that fit its config.json: {path.name} {reason}."
    )
