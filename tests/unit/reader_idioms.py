"""Programs in common styles: classes around a model, settings in objects, schedules and early stopping written by hand.

Each begins with a line "### name" and the expected result: the model's parameter count and settings of the plan as JSON.
"""

PROGRAMS = r'''
### keras-wrapper {"parameters": 20768, "epochs": 12, "batch_size": 64, "data": "cifar10"}
import keras
from keras.datasets import cifar10
from keras.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
class PhotoSorter:
    rounds = 12
    def __init__(self, batch=64):
        self.batch = batch
        self._fetch()
        self.net = self._assemble()
    def _fetch(self):
        (self.photos, self.answers), (self.new_photos, self.new_answers) = cifar10.load_data()
        self.photos = self.photos.astype('float32') / 255
        self.new_photos = self.new_photos.astype('float32') / 255
        self.answers = keras.utils.to_categorical(self.answers, 10)
        self.new_answers = keras.utils.to_categorical(self.new_answers, 10)
    def _assemble(self):
        net = Sequential()
        net.add(Conv2D(8, (5, 5), strides=2, input_shape=(32, 32, 3)))
        net.add(Activation('relu'))
        net.add(MaxPooling2D(pool_size=(2, 2)))
        net.add(Flatten())
        net.add(Dense(50))
        net.add(Activation('relu'))
        net.add(Dense(10))
        net.add(Activation('softmax'))
        return net
    def learn(self):
        self.net.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
        self.net.fit(self.photos, self.answers, batch_size=self.batch, epochs=self.rounds, validation_data=(self.new_photos, self.new_answers))
if __name__ == '__main__':
    PhotoSorter().learn()
### sequential-subclass {"parameters": 55050, "epochs": 3, "data": "mnist"}
import tensorflow as tf
class Net(tf.keras.Sequential):
    def __init__(self, n=2):
        super().__init__()
        self.add(tf.keras.layers.Flatten(input_shape=(28, 28)))
        for _ in range(n):
            self.add(tf.keras.layers.Dense(64, activation='relu'))
        self.add(tf.keras.layers.Dense(10))
        self.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
net = Net()
net.fit(x_train, y_train, epochs=3, validation_data=(x_test, y_test))
### torch-sequential-subclass {"parameters": 50890, "epochs": 4, "batch_size": 64}
import torch
from torch import nn
from torchvision import datasets, transforms
class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
train = torch.utils.data.DataLoader(datasets.MNIST('.', train=True, transform=transforms.ToTensor(), download=True), batch_size=64, shuffle=True)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
lossf = nn.CrossEntropyLoss()
for epoch in range(4):
    for x, y in train:
        opt.zero_grad()
        lossf(net(x), y).backward()
        opt.step()
### lightning {"parameters": 50890, "epochs": 3, "batch_size": 128, "learning_rate": 0.0002, "data": "mnist"}
import pytorch_lightning as pl
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, random_split
from torchvision import transforms
from torchvision.datasets import MNIST
class LitModel(pl.LightningModule):
    def __init__(self, hidden=64, lr=2e-4):
        super().__init__()
        self.save_hyperparameters()
        self.model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, 10))
    def forward(self, x):
        x = self.model(x)
        return F.log_softmax(x, dim=1)
    def training_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        loss = F.nll_loss(logits, y)
        self.log('train_loss', loss)
        return loss
    def validation_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        loss = F.nll_loss(logits, y)
        preds = torch.argmax(logits, dim=1)
        self.log('val_loss', loss, prog_bar=True)
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
    def prepare_data(self):
        MNIST('.', train=True, download=True)
    def setup(self, stage=None):
        full = MNIST('.', train=True, transform=transforms.ToTensor())
        self.train_set, self.val_set = random_split(full, [55000, 5000])
    def train_dataloader(self):
        return DataLoader(self.train_set, batch_size=128, shuffle=True)
    def val_dataloader(self):
        return DataLoader(self.val_set, batch_size=128)
model = LitModel()
trainer = pl.Trainer(max_epochs=3)
trainer.fit(model)
### lightning-datamodule {"parameters": 41418, "epochs": 7, "batch_size": 32, "optimizer": "momentum", "learning_rate": 0.01, "schedule": {"kind": "step", "factor": 0.5, "every": 2}, "preparation": {"scale": "minus-one-one"}}
import lightning as L
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, random_split
import torchvision
from torchvision import transforms
class Data(L.LightningDataModule):
    def __init__(self, folder='.', batch_size=32):
        super().__init__()
        self.folder, self.batch_size = folder, batch_size
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])
    def setup(self, stage=None):
        self.train = torchvision.datasets.CIFAR10(self.folder, train=True, transform=self.transform)
        self.test = torchvision.datasets.CIFAR10(self.folder, train=False, transform=self.transform)
    def train_dataloader(self):
        return DataLoader(self.train, batch_size=self.batch_size, shuffle=True)
    def val_dataloader(self):
        return DataLoader(self.test, batch_size=self.batch_size)
class Net(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 16 * 16, 10)
        self.criterion = nn.CrossEntropyLoss()
    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))
    def training_step(self, batch, _):
        x, y = batch
        return self.criterion(self(x), y)
    def validation_step(self, batch, _):
        x, y = batch
        self.log('val', self.criterion(self(x), y))
    def configure_optimizers(self):
        opt = torch.optim.SGD(self.parameters(), lr=0.01, momentum=0.9)
        sched = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.5)
        return [opt], [sched]
trainer = L.Trainer(max_epochs=7)
trainer.fit(Net(), datamodule=Data())
### dataclass-config {"parameters": 53362, "epochs": 6, "batch_size": 100, "learning_rate": 0.005}
from dataclasses import dataclass, field
import torch
import torch.nn as nn
from torchvision import datasets, transforms
@dataclass
class Config:
    hidden: int = 48
    lr: float = 0.005
    batch_size: int = 100
    epochs: int = 6
    sizes: list = field(default_factory=lambda: [64, 32])
cfg = Config(hidden=24)
class MLP(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        layers = []
        last = 28 * 28
        for s in cfg.sizes:
            layers += [nn.Linear(last, s), nn.ReLU()]
            last = s
        layers.append(nn.Linear(last, cfg.hidden))
        layers.append(nn.ReLU())
        layers.append(nn.Linear(cfg.hidden, 10))
        self.net = nn.Sequential(*layers)
    def forward(self, x):
        return self.net(x.view(x.size(0), -1))
loader = torch.utils.data.DataLoader(datasets.FashionMNIST('.', train=True, download=True, transform=transforms.ToTensor()), batch_size=cfg.batch_size, shuffle=True)
model = MLP(cfg)
opt = torch.optim.Adam(model.parameters(), lr=cfg.lr)
for epoch in range(cfg.epochs):
    for x, y in loader:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
### config-dict {"parameters": 105866, "epochs": 8, "batch_size": 256, "learning_rate": 0.0005, "validation_share": 0.1}
import tensorflow as tf
CONFIG = {'filters': [16, 32], 'dense': 64, 'lr': 5e-4, 'epochs': 8, 'batch_size': 256, 'dropout': 0.3}
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.fashion_mnist.load_data()
x_train = x_train.reshape(-1, 28, 28, 1).astype('float32') / 255
x_test = x_test.reshape(-1, 28, 28, 1).astype('float32') / 255
def build(filters, dense, dropout, **rest):
    m = tf.keras.Sequential([tf.keras.Input((28, 28, 1))])
    for f in filters:
        m.add(tf.keras.layers.Conv2D(f, 3, padding='same', activation='relu'))
        m.add(tf.keras.layers.MaxPooling2D())
    m.add(tf.keras.layers.Flatten())
    m.add(tf.keras.layers.Dense(dense, activation='relu'))
    m.add(tf.keras.layers.Dropout(dropout))
    m.add(tf.keras.layers.Dense(10, activation='softmax'))
    return m
model = build(**CONFIG)
model.compile(tf.keras.optimizers.Adam(CONFIG['lr']), 'sparse_categorical_crossentropy', ['accuracy'])
model.fit(x_train, y_train, CONFIG.get('batch_size', 32), CONFIG['epochs'], validation_split=0.1)
### simple-namespace {"parameters": 79510, "epochs": 3, "batch_size": 50, "learning_rate": 0.02}
from types import SimpleNamespace
import torch, torch.nn as nn, torch.optim as optim
from torchvision import datasets, transforms
args = SimpleNamespace(lr=0.02, bs=50, epochs=3)
train_set = datasets.MNIST('data', train=True, download=True, transform=transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]))
train_loader = torch.utils.data.DataLoader(train_set, args.bs, True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = optim.SGD(model.parameters(), lr=args.lr)
criterion = nn.CrossEntropyLoss()
def main():
    for e in range(args.epochs):
        for x, y in train_loader:
            optimizer.zero_grad()
            out = model(x)
            loss = criterion(out, y)
            loss.backward()
            optimizer.step()
if __name__ == '__main__':
    main()
### config-class {"parameters": 15770, "epochs": 10, "batch_size": 256, "learning_rate": 0.1}
import torch, torch.nn as nn
from torchvision import datasets, transforms
class Config:
    batch_size = 256
    lr = 0.1
    num_epochs = 10
    device = 'cpu'
class Trainer:
    def __init__(self, config):
        self.config = config
        t = transforms.Compose([transforms.ToTensor()])
        self.loader = torch.utils.data.DataLoader(datasets.FashionMNIST('.', train=True, transform=t, download=True), batch_size=config.batch_size, shuffle=True)
        self.model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 14 * 14, 10)).to(config.device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=config.lr)
        self.loss_fn = nn.CrossEntropyLoss()
    def _step(self, batch):
        x, y = batch
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()
    def run(self):
        for epoch in range(self.config.num_epochs):
            for batch in self.loader:
                self._step(batch)
Trainer(Config()).run()
### branches {"parameters": 63306, "epochs": 5, "batch_size": 128, "optimizer": "rmsprop"}
from keras.layers import Input, Dense, Conv2D, MaxPooling2D, Flatten, concatenate, Dropout
from keras.models import Model
from keras.datasets import mnist
from keras.utils import to_categorical
(x, y), (xt, yt) = mnist.load_data()
x = x.reshape((60000, 28, 28, 1)) / 255.
xt = xt.reshape((10000, 28, 28, 1)) / 255.
y, yt = to_categorical(y), to_categorical(yt)
inp = Input(shape=(28, 28, 1))
a = Conv2D(16, 3, padding='same', activation='relu')(inp)
b = Conv2D(16, 5, padding='same', activation='relu')(inp)
z = concatenate([a, b])
z = MaxPooling2D()(z)
z = Flatten()(z)
z = Dropout(0.5)(z)
out = Dense(10, activation='softmax')(z)
model = Model(inputs=inp, outputs=out)
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['acc'])
model.fit(x, y, epochs=5, batch_size=128, validation_data=(xt, yt))
### keras1 {"parameters": 693962, "epochs": 12, "batch_size": 128, "l2": 0.01, "optimizer": "nesterov"}
from __future__ import print_function
import numpy as np
np.random.seed(1337)
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.utils import np_utils
from keras.optimizers import SGD
batch_size = 128
nb_classes = 10
nb_epoch = 12
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(X_train.shape[0], 1, 28, 28)
X_test = X_test.reshape(X_test.shape[0], 1, 28, 28)
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train /= 255
X_test /= 255
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)
model = Sequential()
model.add(Convolution2D(32, 3, 3, border_mode='valid', input_shape=(1, 28, 28), dim_ordering='th', init='he_normal'))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2), dim_ordering='th'))
model.add(Flatten())
model.add(Dense(128, W_regularizer='l2'))
model.add(Activation('relu'))
model.add(Dropout(0.5))
model.add(Dense(output_dim=nb_classes, init='uniform'))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.01, momentum=0.9, nesterov=True))
model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch, show_accuracy=True, verbose=1, validation_data=(X_test, Y_test))
### torch-loop-schedule {"parameters": 82954, "schedule": {"kind": "step", "factor": 0.1, "every": 10}, "stopping": {"patience": 5, "checkpoint": true, "monitor": "loss", "min_delta": 0.001}, "l2": 0.0001, "label_smoothing": 0.1, "augmentation": {"flip": true, "shift": 4, "rotation": 10.0, "brightness": 0.2}}
import torch, torch.nn as nn
from torchvision import datasets, transforms
tf_train = transforms.Compose([transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(), transforms.ColorJitter(brightness=0.2, contrast=0.3), transforms.RandomRotation(10), transforms.ToTensor(), transforms.RandomErasing(p=0.25)])
full = datasets.CIFAR10('.', train=True, download=True, transform=tf_train)
train_set, val_set = torch.utils.data.random_split(full, [45000, 5000])
train_loader = torch.utils.data.DataLoader(train_set, batch_size=128, shuffle=True)
val_loader = torch.utils.data.DataLoader(val_set, batch_size=256)
net = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 256, 10))
lr = 0.1
opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
crit = nn.CrossEntropyLoss(label_smoothing=0.1)
best, patience, bad = 1e9, 5, 0
for epoch in range(30):
    if epoch > 0 and epoch % 10 == 0:
        lr *= 0.1
        for g in opt.param_groups:
            g['lr'] = lr
    net.train()
    for x, y in train_loader:
        opt.zero_grad()
        loss = crit(net(x), y)
        l2 = sum(p.pow(2).sum() for p in net.parameters())
        loss = loss + 1e-4 * l2
        loss.backward()
        opt.step()
    net.eval()
    total = 0
    with torch.no_grad():
        for x, y in val_loader:
            total += crit(net(x), y).item() * len(x)
    val = total / len(val_set)
    if val < best - 1e-3:
        best, bad = val, 0
        torch.save(net.state_dict(), 'best.pt')
    else:
        bad += 1
        if bad >= patience:
            break
net.load_state_dict(torch.load('best.pt'))
### keras-augment-callbacks {"parameters": 72906, "learning_rate": 0.05, "schedule": {"kind": "exponential", "factor": 0.9363}, "stopping": {"patience": 4, "restore_best": true, "monitor": "loss"}, "l2": 0.0001, "augmentation": {"flip": true, "shift": 3, "rotation": 15.0, "brightness": 0.2}, "validation_share": 0.2}
from tensorflow import keras
from tensorflow.keras import layers, regularizers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
gen = ImageDataGenerator(rescale=1/255., rotation_range=15, width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True, zoom_range=0.2, brightness_range=(0.8, 1.2), validation_split=0.2)
train = gen.flow(x_train, y_train, batch_size=64, subset='training')
val = gen.flow(x_train, y_train, batch_size=64, subset='validation')
model = keras.Sequential([layers.Conv2D(32, 3, activation='relu', kernel_regularizer=regularizers.l2(1e-4), input_shape=(32, 32, 3)), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10, activation='softmax')])
def sched(epoch, lr):
    if epoch < 10:
        return lr
    return lr * 0.9
cbs = [keras.callbacks.LearningRateScheduler(sched), keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)]
model.compile(optimizer=keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=1000, decay_rate=0.9), momentum=0.9), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(train, validation_data=val, epochs=25, callbacks=cbs)
### keras-layer-augment {"parameters": 1226, "augmentation": {"flip": true, "shift": 3, "rotation": 36.0}, "plateau": {"patience": 3, "factor": 0.2, "min_delta": 0.0001}, "preparation": {"scale": "minus-one-one"}, "optimizer": "nadam"}
import tensorflow as tf
from tensorflow.keras import layers
(x, y), _ = tf.keras.datasets.cifar10.load_data()
model = tf.keras.Sequential([
    tf.keras.Input(shape=(32, 32, 3)),
    layers.RandomFlip('horizontal'), layers.RandomRotation(0.1), layers.RandomZoom(0.2), layers.RandomContrast(0.3), layers.RandomTranslation(0.1, 0.1),
    layers.Rescaling(1./127.5, offset=-1),
    layers.Conv2D(32, 3, activation='relu'), layers.GlobalAveragePooling2D(), layers.Dense(10)])
model.compile(optimizer='nadam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
model.fit(x, y, batch_size=32, epochs=3, validation_split=0.2, callbacks=[tf.keras.callbacks.ReduceLROnPlateau(factor=0.2, patience=3)])
### smoothing-by-hand {"parameters": 79510, "label_smoothing": 0.1, "loss": "categorical", "weight_decay": 0.02}
import torch, torch.nn as nn, torch.nn.functional as F
from torchvision import datasets, transforms
loader = torch.utils.data.DataLoader(datasets.MNIST('.', train=True, transform=transforms.ToTensor(), download=True), batch_size=64, shuffle=True)
net = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
opt = torch.optim.AdamW(net.parameters(), lr=3e-4, weight_decay=0.02)
eps = 0.1
for epoch in range(5):
    for x, y in loader:
        z = net(x)
        target = F.one_hot(y, 10).float() * (1 - eps) + eps / 10
        loss = -(target * F.log_softmax(z, dim=1)).sum(dim=1).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
### fenced {"parameters": 101770, "epochs": 5, "batch_size": 64}
Sure! Here is a simple CNN for MNIST in Keras.

First install the packages:

```bash
pip install tensorflow
```

Now the program:

```python
import tensorflow as tf
(x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()
x, xt = x / 255.0, xt / 255.0
model = tf.keras.models.Sequential([
  tf.keras.layers.Flatten(input_shape=(28, 28)),
  tf.keras.layers.Dense(128, activation='relu'),
  tf.keras.layers.Dense(10, activation='softmax')
])
```

Then train it:

```python
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x, y, epochs=5, batch_size=64, validation_data=(xt, yt))
```

This reaches about 98% accuracy. Hope that helps!
### docstring-fence {"parameters": 7850, "epochs": 2, "optimizer": "sgd"}
"""Train a net.

```
python train.py --epochs 3
```
"""
import tensorflow as tf
(x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()
model = tf.keras.Sequential([tf.keras.layers.Flatten(input_shape=(28, 28)), tf.keras.layers.Dense(10, activation='softmax')])
model.compile('sgd', 'sparse_categorical_crossentropy')
model.fit(x / 255, y, epochs=2)
### main-argparse-keras {"parameters": 6202, "epochs": 9, "optimizer": "adam", "preparation": {"scale": "standardise"}}
import argparse
import numpy as np
from tensorflow import keras
def get_data():
    (x, y), (xt, yt) = keras.datasets.cifar10.load_data()
    mean, std = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))
    return (x - mean) / std, y.squeeze(), (xt - mean) / std, yt.squeeze()
def get_model(units):
    i = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(units, 3, strides=2, padding='same', use_bias=False)(i)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.ReLU()(x)
    s = x
    x = keras.layers.Conv2D(units, 3, padding='same')(x)
    x = keras.layers.Add()([x, s])
    x = keras.layers.Activation('relu')(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(i, keras.layers.Dense(10, activation='softmax')(x))
def main(argv=None):
    p = argparse.ArgumentParser()
    p.add_argument('--units', type=int, default=24)
    p.add_argument('--epochs', '-e', default=9, type=int)
    p.add_argument('--opt', choices=['sgd', 'adam'], default='adam')
    p.add_argument('--lr', default=1e-3, type=float)
    a = p.parse_args(argv)
    x, y, xt, yt = get_data()
    m = get_model(a.units)
    opt = {'sgd': keras.optimizers.SGD, 'adam': keras.optimizers.Adam}[a.opt](learning_rate=a.lr)
    m.compile(optimizer=opt, loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    m.fit(x, y, epochs=a.epochs, batch_size=64, validation_data=(xt, yt))
if __name__ == '__main__':
    main()
### torch-modulelist-cat {"parameters": 1562, "epochs": 10, "batch_size": 64}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision import datasets, transforms
from torch.utils.data import DataLoader
class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)
        self.bn = nn.BatchNorm2d(cout)
    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(1, 8), Block(8, 16)])
        self.side = nn.Conv2d(1, 4, 1)
        self.head = nn.LazyLinear(10)
    def forward(self, x):
        s = self.side(x)
        for b in self.blocks:
            x = b(x)
        x = torch.cat([x, s], dim=1)
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.head(x)
dl = DataLoader(datasets.MNIST('.', transform=transforms.ToTensor()), 64, shuffle=True)
m = Net()
o = torch.optim.RMSprop(m.parameters())
sch = torch.optim.lr_scheduler.OneCycleLR(o, max_lr=0.01, epochs=10, steps_per_epoch=len(dl))
for _ in range(10):
    for xb, yb in dl:
        l = F.cross_entropy(m(xb), yb)
        l.backward(); o.step(); o.zero_grad(set_to_none=True); sch.step()
### tuner {"parameters": 25450, "learning_rate": 0.0001, "optimizer": "adam"}
import keras_tuner as kt
from tensorflow import keras
from tensorflow.keras import layers
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x, xt = x / 255., xt / 255.
def build_model(hp):
    model = keras.Sequential()
    model.add(layers.Flatten(input_shape=(28, 28)))
    for i in range(hp.Int('layers', 1, 3)):
        model.add(layers.Dense(units=hp.Int(f'units_{i}', 32, 512, step=32), activation=hp.Choice('act', ['relu', 'tanh'])))
    if hp.Boolean('dropout'):
        model.add(layers.Dropout(0.25))
    model.add(layers.Dense(10, activation='softmax'))
    model.compile(optimizer=keras.optimizers.Adam(hp.Float('lr', 1e-4, 1e-2, sampling='log')), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return model
tuner = kt.RandomSearch(build_model, objective='val_accuracy', max_trials=5)
tuner.search(x, y, epochs=5, validation_data=(xt, yt))
'''
