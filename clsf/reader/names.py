"""Paths of the libraries under one name each: `tensorflow.keras.layers.convolutional.X` is `keras.layers.X`."""

from __future__ import annotations

import re

from clsf.model.layers import BY_ROLE, PLAIN
from clsf.model.layers.reading import BY_KERAS

_KERAS = re.compile(
    r"^(tensorflow(\.compat\.v[12])?\.(python\.|contrib\.)?keras|tf_keras|keras\.src|keras\.api(\._v[12])?\.keras|keras\.v[12]|keras\.contrib)(?=\.|$)"
)
_INSIDE = re.compile(
    r"^keras\.(layers|optimizers|losses|callbacks|regularizers|preprocessing|utils|datasets|initializers|metrics|backend|models|applications)"
    r"\.(?:core|convolutional|pooling|normalization|normalization_v2|advanced_activations|merge|merging|recurrent|noise|embeddings|local|"
    r"wrappers|regularization|reshaping|activation|experimental|preprocessing|np_utils|generic_utils|np|legacy|schedules|activations|"
    r"optimizers|convolutional_recurrent|image_preprocessing|attention|sequential|model|all_utils|vis_utils|rescaling)\.(?=[\w.])"
)
_TORCH = re.compile(r"^torch\.nn\.modules\.\w+\.(?=[A-Z])")

ALIASES = {
    "keras.layers.Input": "keras.Input", "keras.layers.InputLayer": "keras.InputLayer", "keras.models.Sequential": "keras.Sequential",
    "keras.models.Model": "keras.Model", "keras.models.Graph": "keras.Graph", "keras.engine.Model": "keras.Model",
    "keras.engine.Input": "keras.Input", "keras.engine.training.Model": "keras.Model", "keras.engine.topology.Input": "keras.Input",
    "keras.engine.sequential.Sequential": "keras.Sequential", "keras.engine.topology.Layer": "keras.layers.Layer",
    "keras.engine.Layer": "keras.layers.Layer", "keras.Layer": "keras.layers.Layer", "keras.engine.input_layer.Input": "keras.Input",
    "keras.utils.np_utils.to_categorical": "keras.utils.to_categorical", "keras.objectives": "keras.losses",
    "keras.layers.Convolution1D": "keras.layers.Conv1D", "keras.layers.MaxPool1D": "keras.layers.MaxPooling1D",
    "keras.layers.SeparableConvolution2D": "keras.layers.SeparableConv2D",
    "keras.optimizers.legacy.SGD": "keras.optimizers.SGD", "keras.optimizers.legacy.Adam": "keras.optimizers.Adam",
    "keras.optimizers.adam": "keras.optimizers.Adam", "keras.optimizers.sgd": "keras.optimizers.SGD",
    "keras.optimizers.rmsprop": "keras.optimizers.RMSprop", "keras.optimizers.rmsprop_v2.RMSprop": "keras.optimizers.RMSprop",
    "keras.optimizers.adam_v2.Adam": "keras.optimizers.Adam", "keras.optimizers.gradient_descent_v2.SGD": "keras.optimizers.SGD",
    "keras.preprocessing.image.ImageDataGenerator": "keras.ImageDataGenerator",
    "keras.legacy.preprocessing.image.ImageDataGenerator": "keras.ImageDataGenerator",
    "keras.preprocessing.image_dataset_from_directory": "keras.utils.image_dataset_from_directory",
    "keras.preprocessing.image.image_dataset_from_directory": "keras.utils.image_dataset_from_directory",
    "torch.tanh": "torch.tanh", "torch.autograd.Variable": "torch.autograd.Variable", "torch.autograd.variable.Variable": "torch.autograd.Variable",
    "torch.utils.data.dataloader.DataLoader": "torch.utils.data.DataLoader", "torch.utils.data.dataset.random_split": "torch.utils.data.random_split",
    "torchvision.transforms.v2": "torchvision.transforms", "torchvision.transforms.transforms": "torchvision.transforms",
    "torch.concat": "torch.cat", "torch.concatenate": "torch.cat", "torch.special.softmax": "torch.softmax",
    "pytorch_lightning.LightningModule": "torch.nn.Module", "lightning.LightningModule": "torch.nn.Module", "lightning.pytorch.LightningModule": "torch.nn.Module",
    "pytorch_lightning.core.lightning.LightningModule": "torch.nn.Module", "lightning.pytorch.core.LightningModule": "torch.nn.Module",
} | {
    f"keras.{other}": f"keras.{kind.KERAS.name}" for kind in PLAIN.values() for other in kind.KERAS.names if other != kind.KERAS.name
} | {"keras.layers.Convolution2D": f"keras.{BY_ROLE['Convolution'].KERAS.name}"}  # fmt: skip

MISSING_IMPORTS = {
    "nn": "torch.nn", "F": "torch.nn.functional", "torch": "torch", "torchvision": "torchvision", "optim": "torch.optim",
    "transforms": "torchvision.transforms", "datasets": "torchvision.datasets", "DataLoader": "torch.utils.data.DataLoader", "Variable": "torch.autograd.Variable",
    "tf": "tensorflow", "keras": "keras", "layers": "keras.layers", "np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot",
    "Sequential": "keras.Sequential", "Model": "keras.Model", "Input": "keras.Input", "K": "keras.backend", "np_utils": "keras.utils",
    "to_categorical": "keras.utils.to_categorical", "ImageDataGenerator": "keras.ImageDataGenerator", "mnist": "keras.datasets.mnist",
    "cifar10": "keras.datasets.cifar10", "fashion_mnist": "keras.datasets.fashion_mnist", "train_test_split": "sklearn.model_selection.train_test_split",
    "l2": "keras.regularizers.l2", "l1": "keras.regularizers.l1", "regularizers": "keras.regularizers", "optimizers": "keras.optimizers",
    "SGD": "keras.optimizers.SGD", "Adam": "keras.optimizers.Adam", "RMSprop": "keras.optimizers.RMSprop", "Adagrad": "keras.optimizers.Adagrad",
    "Adadelta": "keras.optimizers.Adadelta", "Nadam": "keras.optimizers.Nadam", "EarlyStopping": "keras.callbacks.EarlyStopping",
    "ModelCheckpoint": "keras.callbacks.ModelCheckpoint", "ReduceLROnPlateau": "keras.callbacks.ReduceLROnPlateau", "models": "keras.models", "losses": "keras.losses",
    "LabelEncoder": "sklearn.preprocessing.LabelEncoder", "StandardScaler": "sklearn.preprocessing.StandardScaler", "MinMaxScaler": "sklearn.preprocessing.MinMaxScaler",
    "OneHotEncoder": "sklearn.preprocessing.OneHotEncoder", "os": "os", "time": "time", "random": "random", "cv2": "cv2",
} | {
    name: f"keras.layers.{name}" for name in (
        *(known.removeprefix("layers.") for known in BY_KERAS),
        "Conv1D", "Convolution2D", "Reshape", "LSTM", "GRU", "SimpleRNN", "Embedding", "SeparableConv2D", "Concatenate", "Add",
        "concatenate", "add", "merge", "MaxPooling1D", "GlobalMaxPooling1D", "TimeDistributed", "Bidirectional", "Permute", "GaussianNoise",
        "UpSampling2D", "InputLayer", "Lambda",
    )
}  # fmt: skip
"""Names that stand for the same thing in nearly every program; used only where the import was not pasted too."""


def canonical(path: str) -> str:
    """Return the path under its one name."""
    before = ""
    while path != before:
        before = path
        path = _KERAS.sub("keras", path)
        path = _INSIDE.sub(r"keras.\1.", path)
        path = _TORCH.sub("torch.nn.", path)
        path = ALIASES.get(path, path)
    if path.startswith("tensorflow.keras"):
        path = path[11:]
    return path
