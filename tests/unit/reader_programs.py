"""Programs in students' style for the reader: eight correct ones, and variants with one or two faults.

`PROGRAMS`: name -> (source, ((kind, line), ...)); a program without faults has none. Half of the changes were written before
the reader was tested.
"""

from __future__ import annotations

KERAS_CNN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers as L

BATCH = 64
EPOCHS = 10
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

model = keras.Sequential()
model.add(L.Conv2D(32, 3, padding="same", activation="relu", input_shape=(32, 32, 3)))
model.add(L.MaxPooling2D())
model.add(L.Conv2D(64, 3, padding="same", activation="relu"))
model.add(L.MaxPooling2D())
model.add(L.Flatten())
model.add(L.Dense(128, activation="relu"))
model.add(L.Dropout(0.4))
model.add(L.Dense(10, activation="softmax"))
opt = keras.optimizers.Adam(learning_rate=0.001)
model.compile(opt, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=BATCH, epochs=EPOCHS, validation_split=0.1)
print(model.evaluate(x_test, y_test))
"""

KERAS_MLP = """\
from keras.models import Sequential
from keras.layers import Dense, Activation, Dropout
from keras.datasets import mnist
from keras.utils import np_utils
from keras.optimizers import SGD

nb_classes = 10
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(60000, 784).astype('float32')
X_test = X_test.reshape(10000, 784).astype('float32')
X_train /= 255
X_test /= 255
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(Dense(512, input_dim=784))
model.add(Activation('relu'))
model.add(Dropout(0.2))
model.add(Dense(256))
model.add(Activation('relu'))
model.add(Dense(nb_classes))
model.add(Activation('softmax'))
sgd = SGD(lr=0.01, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])
model.fit(X_train, Y_train, batch_size=128, epochs=20, validation_data=(X_test, Y_test))
"""

KERAS_BINARY = """\
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from keras.models import Sequential
from keras.layers import Dense

data = pd.read_csv('diabetes.csv')
X = data.iloc[:, 0:8].values
y = data.iloc[:, 8].values
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

classifier = Sequential()
classifier.add(Dense(16, activation='relu', input_dim=8))
classifier.add(Dense(8, activation='relu'))
classifier.add(Dense(1, activation='sigmoid'))
classifier.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
classifier.fit(X_train, y_train, batch_size=10, epochs=100)
print(classifier.evaluate(X_test, y_test))
"""

KERAS_FUNCTIONAL = """\
import tensorflow as tf

def get_data():
    (x, y), (xt, yt) = tf.keras.datasets.fashion_mnist.load_data()
    x = x[..., None] / 255.0
    xt = xt[..., None] / 255.0
    return x, y, xt, yt

def build(n_out):
    inp = tf.keras.Input(shape=(28, 28, 1))
    h = tf.keras.layers.Conv2D(16, 3, padding='same')(inp)
    h = tf.keras.layers.BatchNormalization()(h)
    h = tf.keras.layers.ReLU()(h)
    skip = h
    h = tf.keras.layers.Conv2D(16, 3, padding='same', activation='relu')(h)
    h = tf.keras.layers.Conv2D(16, 3, padding='same')(h)
    h = tf.keras.layers.Add()([h, skip])
    h = tf.keras.layers.Activation('relu')(h)
    h = tf.keras.layers.GlobalAveragePooling2D()(h)
    out = tf.keras.layers.Dense(n_out)(h)
    return tf.keras.Model(inp, out)

def main():
    x, y, xt, yt = get_data()
    net = build(10)
    net.compile(optimizer=tf.keras.optimizers.RMSprop(1e-3),
                loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                metrics=['accuracy'])
    net.fit(x, y, epochs=8, batch_size=128, validation_data=(xt, yt),
            callbacks=[tf.keras.callbacks.EarlyStopping(patience=3)])

if __name__ == '__main__':
    main()
"""

TORCH_CNN = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision import datasets, transforms
from torch.utils.data import DataLoader

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
tf = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
train_set = datasets.MNIST("data", train=True, download=True, transform=tf)
test_set = datasets.MNIST("data", train=False, download=True, transform=tf)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = DataLoader(test_set, batch_size=256, shuffle=False)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.drop = nn.Dropout(0.25)
        self.fc1 = nn.Linear(32 * 5 * 5, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 32 * 5 * 5)
        x = self.drop(F.relu(self.fc1(x)))
        x = self.fc2(x)
        return x


model = CNN().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)


def train():
    model.train()
    total = 0.0
    for images, labels in train_loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(train_loader)


def test():
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in test_loader:
            images, labels = images.to(device), labels.to(device)
            correct += (model(images).argmax(1) == labels).sum().item()
    return correct / len(test_set)


for epoch in range(10):
    loss = train()
    print(epoch, loss, test())
"""

TORCH_SEQUENTIAL = """\
import torch
from torch import nn, optim
import torchvision as tv
import torchvision.transforms as T

bs, lr, epochs = 128, 0.01, 12
mean, std = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
train_tf = T.Compose([T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(mean, std)])
test_tf = T.Compose([T.ToTensor(), T.Normalize(mean, std)])
trainset = tv.datasets.CIFAR10("./d", train=True, transform=train_tf, download=True)
testset = tv.datasets.CIFAR10("./d", train=False, transform=test_tf, download=True)
trainloader = torch.utils.data.DataLoader(trainset, bs, shuffle=True)
testloader = torch.utils.data.DataLoader(testset, bs)

net = nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1),
    nn.BatchNorm2d(32),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1),
    nn.BatchNorm2d(64),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(64 * 8 * 8, 10),
)
loss_fn = nn.CrossEntropyLoss()
opt = optim.SGD(net.parameters(), lr=lr, momentum=0.9)
sched = optim.lr_scheduler.StepLR(opt, step_size=5, gamma=0.5)
for ep in range(epochs):
    net.train()
    for xb, yb in trainloader:
        opt.zero_grad()
        loss = loss_fn(net(xb), yb)
        loss.backward()
        opt.step()
    sched.step()
    net.eval()
    hits = 0
    with torch.no_grad():
        for xb, yb in testloader:
            hits += (net(xb).argmax(1) == yb).sum().item()
    print(ep, loss.item(), hits / len(testset))
"""

TORCH_MLP = """\
import torch
import torch.nn as nn
from torchvision import datasets
from torchvision.transforms import ToTensor

train_data = datasets.FashionMNIST('data', train=True, download=True, transform=ToTensor())
test_data = datasets.FashionMNIST('data', train=False, transform=ToTensor())
loaders = {
    'train': torch.utils.data.DataLoader(train_data, batch_size=100, shuffle=True),
    'test': torch.utils.data.DataLoader(test_data, batch_size=100),
}

class Net(nn.Module):
    def __init__(self, n_hidden=256, n_classes=10):
        super(Net, self).__init__()
        self.hidden = nn.Linear(28 * 28, n_hidden)
        self.act = nn.ReLU()
        self.out = nn.Linear(n_hidden, n_classes)
        self.logp = nn.LogSoftmax(dim=1)

    def forward(self, x):
        x = torch.flatten(x, 1)
        x = self.act(self.hidden(x))
        return self.logp(self.out(x))

net = Net()
criterion = nn.NLLLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)

for epoch in range(15):
    running = 0.0
    for i, (x, y) in enumerate(loaders['train']):
        out = net(x)
        loss = criterion(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
    print('epoch', epoch, running / len(loaders['train']))

right = total = 0
with torch.no_grad():
    for x, y in loaders['test']:
        _, pred = torch.max(net(x), 1)
        right += (pred == y).sum().item()
        total += y.size(0)
print(right / total)
"""

TORCH_BINARY = """\
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

X, y = make_moons(1000, noise=0.2)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25)
X_tr = torch.tensor(X_tr, dtype=torch.float32)
X_te = torch.tensor(X_te, dtype=torch.float32)
y_tr = torch.tensor(y_tr, dtype=torch.float32).unsqueeze(1)
y_te = torch.tensor(y_te, dtype=torch.float32).unsqueeze(1)

model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(200):
    optimizer.zero_grad()
    logits = model(X_tr)
    loss = loss_fn(logits, y_tr)
    loss.backward()
    optimizer.step()
with torch.no_grad():
    acc = ((model(X_te) > 0).float() == y_te).float().mean()
print(acc)
"""

RIGHT = {
    "keras-cnn": KERAS_CNN, "keras-mlp": KERAS_MLP, "keras-binary": KERAS_BINARY, "keras-functional": KERAS_FUNCTIONAL,
    "torch-cnn": TORCH_CNN, "torch-sequential": TORCH_SEQUENTIAL, "torch-mlp": TORCH_MLP, "torch-binary": TORCH_BINARY,
}  # fmt: skip

# name of the program -> (kind, text, its replacement); the fault is on that line, or on the line with "| words"
FAULTY = {
    "keras-cnn": (
        ("sigmoid-with-categorical", 'L.Dense(10, activation="softmax")', 'L.Dense(10, activation="sigmoid")'),
        ("missing-last-activation", 'L.Dense(10, activation="softmax")', "L.Dense(10)"),
        ("wrong-last-activation", 'L.Dense(10, activation="softmax")', 'L.Dense(10, activation="relu")'),
        ("wrong-last-units", 'L.Dense(10, activation="softmax")', 'L.Dense(9, activation="softmax")'),
        ("missing-hidden-activation", 'L.Dense(128, activation="relu")', "L.Dense(128)"),
        ("missing-normalisation", 'x_train = x_train.astype("float32") / 255\nx_test = x_test.astype("float32") / 255', 'x_train = x_train.astype("float32")\nx_test = x_test.astype("float32")'),
        ("train-test-preprocess-mismatch", 'x_test = x_test.astype("float32") / 255', 'x_test = x_test.astype("float32")'),
        ("scaled-twice", 'x_train = x_train.astype("float32") / 255', 'x_train = x_train.astype("float32") / 255\nx_train = x_train / 255.0'),
        ("label-encoding", 'loss="sparse_categorical_crossentropy"', 'loss="categorical_crossentropy"'),
        ("regression-loss-classifier", 'loss="sparse_categorical_crossentropy"', 'loss="mse"'),
        ("binary-loss-multiclass", 'loss="sparse_categorical_crossentropy"', 'loss="binary_crossentropy"'),
        ("lr-too-high", "learning_rate=0.001", "learning_rate=0.1"),
        ("lr-too-low", "learning_rate=0.001", "learning_rate=1e-7"),
        ("dropout", "L.Dropout(0.4)", "L.Dropout(0.9)"),
        ("shape", "input_shape=(32, 32, 3)", "input_shape=(28, 28, 3)"),
        ("init", 'L.Dense(128, activation="relu")', 'L.Dense(128, activation="relu", kernel_initializer="zeros")'),
        ("metrics-wrong", 'metrics=["accuracy"]', "metrics=[keras.metrics.Accuracy()]"),
        ("shape", "model.add(L.Flatten())\n", ""),
        ("too-few-epochs", "EPOCHS = 10", "EPOCHS = 1"),
        ("regularisation", 'L.Dense(128, activation="relu")', 'L.Dense(128, activation="relu", kernel_regularizer=keras.regularizers.l2(0.5))'),
    ),
    "keras-mlp": (
        ("label-encoding", "loss='categorical_crossentropy'", "loss='sparse_categorical_crossentropy'"),
        ("momentum", "momentum=0.9", "momentum=1.0"),
        ("lr-too-high", "lr=0.01", "lr=5.0"),
        ("data-leak", "validation_data=(X_test, Y_test)", "validation_data=(X_train, Y_train)"),
        ("dtype", "X_train = X_train.reshape(60000, 784).astype('float32')", "X_train = X_train.reshape(60000, 784)", "| X_train /= 255"),
        ("redundant-layer", "model.add(Dense(nb_classes))", "model.add(Dense(nb_classes, activation='softmax'))", "| Activation('softmax')"),
        ("missing-hidden-activation", "model.add(Dense(256))\nmodel.add(Activation('relu'))", "model.add(Dense(256))"),
        ("wrong-last-units", "nb_classes = 10", "nb_classes = 9", "| Dense(nb_classes)"),
    ),
    "keras-binary": (
        ("softmax-one-unit", "Dense(1, activation='sigmoid')", "Dense(1, activation='softmax')"),
        ("wrong-loss-for-output", "loss='binary_crossentropy'", "loss='categorical_crossentropy'"),
        ("wrong-last-activation", "Dense(1, activation='sigmoid')", "Dense(1, activation='relu')"),
        ("regression-loss-classifier", "loss='binary_crossentropy'", "loss='mean_squared_error'"),
        ("train-test-preprocess-mismatch", "X_test = sc.transform(X_test)", "X_test = sc.fit_transform(X_test)"),
        ("missing-last-activation", "Dense(1, activation='sigmoid')", "Dense(1)"),
    ),
    "keras-functional": (
        ("softmax-then-logits-loss", "out = tf.keras.layers.Dense(n_out)(h)", "out = tf.keras.layers.Dense(n_out, activation='softmax')(h)"),
        ("wrong-from-logits", "out = tf.keras.layers.Dense(n_out)(h)", "out = tf.keras.layers.Dense(n_out, activation='softmax')(h)", "| from_logits=True"),
        ("missing-last-activation", "SparseCategoricalCrossentropy(from_logits=True)", "SparseCategoricalCrossentropy()", "| layers.Dense(n_out)"),
        ("shape", "    h = tf.keras.layers.GlobalAveragePooling2D()(h)\n", ""),
        ("bn-momentum", "BatchNormalization()", "BatchNormalization(momentum=0.1)"),
        ("wrong-last-units", "net = build(10)", "net = build(8)", "| layers.Dense(n_out)"),
    ),
    "torch-cnn": (
        ("softmax-then-logits-loss", "        return x\n", "        return F.softmax(x, dim=1)\n"),
        ("relu-before-softmax", "x = self.fc2(x)", "x = F.relu(self.fc2(x))"),
        ("missing-zero-grad", "        optimizer.zero_grad()\n", ""),
        ("missing-eval", "    model.eval()\n", ""),
        ("missing-train-mode", "    model.train()\n", ""),
        ("shape", "self.fc1 = nn.Linear(32 * 5 * 5, 64)", "self.fc1 = nn.Linear(32 * 4 * 4, 64)"),
        ("data-leak", 'test_set = datasets.MNIST("data", train=False', 'test_set = datasets.MNIST("data", train=True'),
        ("graph-kept", "total += loss.item()", "total += loss"),
        ("lr-too-high", "lr=0.001", "lr=0.5"),
        ("dropout-always-on", "self.drop(F.relu(self.fc1(x)))", "F.dropout(F.relu(self.fc1(x)), 0.25)"),
        ("wrong-last-units", "self.fc2 = nn.Linear(64, 10)", "self.fc2 = nn.Linear(64, 2)"),
        ("metrics-wrong", "return correct / len(test_set)", "return correct / len(test_loader)"),
        ("missing-hidden-activation", "x = F.max_pool2d(F.relu(self.conv2(x)), 2)", "x = F.max_pool2d(self.conv2(x), 2)"),
        ("nothing-trainable", "        optimizer.step()\n", "", "| loss.backward()"),
        ("api-misuse", "        loss.backward()\n", "", "| criterion(outputs"),
        ("api-misuse", "criterion(outputs, labels)", "criterion(labels, outputs)"),
        ("regression-loss-classifier", "criterion = nn.CrossEntropyLoss()", "criterion = nn.MSELoss()"),
        ("unused-layer", "x = F.max_pool2d(F.relu(self.conv2(x)), 2)", "x = F.max_pool2d(x, 2)", "| self.conv2 = "),
        ("missing-parameters", "torch.optim.Adam(model.parameters()", "torch.optim.Adam(CNN().parameters()"),
    ),
    "torch-sequential": (
        ("scheduler-per-batch", "        opt.step()\n    sched.step()", "        opt.step()\n        sched.step()", "| sched.step()"),
        ("zero-grad-per-epoch", "    for xb, yb in trainloader:\n        opt.zero_grad()", "    opt.zero_grad()\n    for xb, yb in trainloader:", "| opt.zero_grad()"),
        ("validation-augmented", "test_tf = T.Compose([T.ToTensor()", "test_tf = T.Compose([T.RandomHorizontalFlip(), T.ToTensor()"),
        ("train-test-preprocess-mismatch", "test_tf = T.Compose([T.ToTensor(), T.Normalize(mean, std)])", "test_tf = T.Compose([T.ToTensor()])"),
        ("missing-eval", "    net.eval()\n", ""),
        ("bn-momentum", "nn.BatchNorm2d(32)", "nn.BatchNorm2d(32, momentum=0.99)"),
        ("shape", "nn.Conv2d(32, 64, 3, padding=1)", "nn.Conv2d(16, 64, 3, padding=1)"),
        ("softmax-over-batch", "    nn.Linear(64 * 8 * 8, 10),\n", "    nn.Linear(64 * 8 * 8, 10),\n    nn.LogSoftmax(dim=0),\n"),
        ("shuffle-missing", "trainset, bs, shuffle=True", "trainset, bs, shuffle=False"),
        ("lr-too-high", "0.01, 12", "3.0, 12"),
    ),
    "torch-mlp": (
        ("probabilities-into-nll", "nn.LogSoftmax(dim=1)", "nn.Softmax(dim=1)"),
        ("missing-last-activation", "return self.logp(self.out(x))", "return self.out(x)", "| self.out = "),
        ("missing-hidden-activation", "x = self.act(self.hidden(x))", "x = self.hidden(x)"),
        ("shape", "nn.Linear(28 * 28, n_hidden)", "nn.Linear(28 * 24, n_hidden)"),
        ("missing-zero-grad", "        optimizer.zero_grad()\n", ""),
        ("metrics-wrong", "for epoch in range(15):\n    running = 0.0\n", "running = 0.0\nfor epoch in range(15):\n"),
    ),
    "torch-binary": (
        ("wrong-from-logits", "nn.Linear(32, 1))", "nn.Linear(32, 1), nn.Sigmoid())", "| BCEWithLogitsLoss"),
        ("missing-last-activation", "nn.BCEWithLogitsLoss()", "nn.BCELoss()", "| model = nn"),
        ("wrong-loss-for-output", "nn.BCEWithLogitsLoss()", "nn.CrossEntropyLoss()"),
        ("missing-zero-grad", "    optimizer.zero_grad()\n", ""),
    ),
}  # fmt: skip


def _programs() -> dict[str, tuple[str, tuple[tuple[str, int], ...]]]:
    found = {name: (source, ()) for name, source in RIGHT.items()}
    for name, changes in FAULTY.items():
        for kind, old, new, *where in changes:
            source = RIGHT[name]
            assert old in source, (name, kind)
            at = source.index(old)
            changed = source[:at] + new + source[at + len(old) :]
            line = source[:at].count("\n") + 1
            if where:
                words = where[0].removeprefix("| ")
                line = next(n for n, text in enumerate(changed.split("\n"), 1) if words in text)
            key = f"{name}: {kind}"
            while key in found:
                key += " again"
            found[key] = (changed, ((kind, line),))
    return found


PROGRAMS = _programs()
