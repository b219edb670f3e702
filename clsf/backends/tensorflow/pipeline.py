"""Images on their way to a model, as tf.data and Keras do it. What runs here is what the Data page shows."""

import numpy as np
import tensorflow as tf


def batches(pixels, labels, batch_size, buffer, seed):
    """Make shuffled batches of images (n, height, width, channels) from 0 to 1, with their labels."""
    dataset = tf.data.Dataset.from_tensor_slices((pixels, labels))
    dataset = dataset.shuffle(buffer, seed=seed).batch(batch_size)
    return dataset.map(lambda images, numbers: (tf.cast(images, tf.float32) / 255, numbers))


def first_batch(pixels, labels, batch_size, buffer, seed):
    """Return images and labels of the first batch."""
    images, numbers = next(iter(batches(pixels, labels, batch_size, buffer, seed)))
    return images.numpy(), numbers.numpy()


def prepare(pixels, mean, deviation):
    """Return (pixel - mean) / deviation, with one mean and one deviation per channel."""
    layer = tf.keras.layers.Normalization(axis=-1, mean=mean, variance=np.square(deviation))
    return layer(tf.cast(pixels, tf.float32)).numpy()


def split_in_order(pixels, labels, validation_share):
    """Return datasets of the first images, to train on, and of the last ones, to validate on."""
    dataset = tf.data.Dataset.from_tensor_slices((pixels, labels))
    count = len(labels) - round(validation_share * len(labels))
    return dataset.take(count), dataset.skip(count)


def split_stratified(pixels, labels, validation_share, seed):
    """Return datasets to train on and to validate on: of each class the same share, drawn by chance."""
    from sklearn.model_selection import train_test_split

    parts = train_test_split(np.arange(len(labels)), test_size=validation_share, stratify=labels, random_state=seed)
    return tuple(tf.data.Dataset.from_tensor_slices((pixels[part], labels[part])) for part in parts)


def order(count, buffer, batch_size, seed):
    """Return the positions 0 … count - 1 in the order in which they come out of the batches."""
    dataset = tf.data.Dataset.range(count).shuffle(buffer, seed=seed).batch(batch_size)
    return np.concatenate([batch.numpy() for batch in dataset])


def augmentation(height, width, flip, shift, rotation, brightness, cutout):
    """Return layers that vary images from 0 to 255 while training. Brightness is added here, not multiplied."""
    from tensorflow.keras import layers

    chosen = [tf.keras.Input((height, width, None))]
    if flip:
        chosen.append(layers.RandomFlip("horizontal"))
    if rotation:
        chosen.append(layers.RandomRotation(rotation / 360, fill_mode="nearest"))
    if shift:
        chosen.append(layers.RandomTranslation(shift / height, shift / width, fill_mode="nearest"))
    if brightness:
        chosen.append(layers.RandomBrightness(brightness, value_range=(0, 255)))
    if cutout:
        area = min(cutout**2 / (height * width), 1)
        chosen.append(layers.RandomErasing(factor=1.0, scale=(area, area), fill_value=0, value_range=(0, 255)))
    return tf.keras.Sequential(chosen)


def losses(logits, labels):
    """Return the one-hot labels, and the cross-entropy from whole numbers and from one-hot rows."""
    logits = tf.constant(logits, tf.float32)
    one_hot = tf.one_hot(labels, logits.shape[1])
    sparse = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    categorical = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
    return one_hot.numpy(), float(sparse(tf.constant(labels), logits)), float(categorical(one_hot, logits))
