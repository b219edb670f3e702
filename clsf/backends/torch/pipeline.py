"""Images on their way to a model, as Dataset and DataLoader do it. What runs here is what the Data page shows."""

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Subset, TensorDataset


def batches(pixels, labels, batch_size, shuffle, seed):
    """Make batches of images (n, channels, height, width) from 0 to 1, with their labels."""
    images = torch.tensor(pixels).permute(0, 3, 1, 2).float() / 255  # NHWC -> NCHW
    dataset = TensorDataset(images, torch.tensor(labels))
    return DataLoader(dataset, batch_size, shuffle=shuffle, generator=torch.Generator().manual_seed(seed))


def first_batch(pixels, labels, batch_size, shuffle, seed):
    """Return images and labels of the first batch."""
    images, numbers = next(iter(batches(pixels, labels, batch_size, shuffle, seed)))
    return images.numpy(), numbers.numpy()


def prepare(pixels, mean, deviation):
    """Return (pixel - mean) / deviation, with one mean and one deviation per channel."""
    from torchvision.transforms import v2

    images = torch.tensor(pixels).permute(0, 3, 1, 2).float()  # NHWC -> NCHW
    return v2.Normalize(mean, deviation)(images).numpy()


def split_in_order(pixels, labels, validation_share):
    """Return datasets of the first images, to train on, and of the last ones, to validate on."""
    dataset = TensorDataset(torch.tensor(pixels).permute(0, 3, 1, 2), torch.tensor(labels))
    count = len(labels) - round(validation_share * len(labels))
    return Subset(dataset, range(count)), Subset(dataset, range(count, len(labels)))


def split_stratified(pixels, labels, validation_share, seed):
    """Return datasets to train on and to validate on: of each class the same share, drawn by chance."""
    from sklearn.model_selection import train_test_split

    dataset = TensorDataset(torch.tensor(pixels).permute(0, 3, 1, 2), torch.tensor(labels))
    parts = train_test_split(np.arange(len(labels)), test_size=validation_share, stratify=labels, random_state=seed)
    return tuple(Subset(dataset, part) for part in parts)


def order(count, shuffle, batch_size, seed):
    """Return the positions 0 … count - 1 in the order in which they come out of the batches."""
    dataset = TensorDataset(torch.arange(count))
    loader = DataLoader(dataset, batch_size, shuffle=shuffle, generator=torch.Generator().manual_seed(seed))
    return np.concatenate([batch.numpy() for (batch,) in loader])


def augmentation(height, width, flip, shift, rotation, brightness, cutout):
    """Return transforms that vary images (uint8, channels first) while training. Brightness is multiplied."""
    from torchvision.transforms import v2

    chosen = [v2.Identity()]
    if flip:
        chosen.append(v2.RandomHorizontalFlip())
    if rotation:
        chosen.append(v2.RandomRotation(rotation, interpolation=v2.InterpolationMode.BILINEAR))
    if shift:
        chosen.append(v2.RandomAffine(0, translate=(shift / width, shift / height)))
    if brightness:
        chosen.append(v2.ColorJitter(brightness=brightness))
    if cutout:
        area = min(cutout**2 / (height * width), 1)
        chosen.append(v2.RandomErasing(p=1.0, scale=(area, area), ratio=(1, 1), value=0))
    return v2.Compose(chosen)


def losses(logits, labels):
    """Return the one-hot labels, and the cross-entropy from whole numbers and from one-hot rows."""
    logits, labels = torch.tensor(logits, dtype=torch.float32), torch.tensor(labels)
    one_hot = F.one_hot(labels, logits.shape[1]).float()
    sparse = F.cross_entropy(logits, labels)
    categorical = F.cross_entropy(logits, one_hot)  # targets of float type are read as probabilities
    return one_hot.numpy(), float(sparse), float(categorical)
