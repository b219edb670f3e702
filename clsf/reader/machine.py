"""Following a program without running it: statements one after the other, with limits on steps, depth and time.

Loops over batches and epochs are followed twice, so that differences in a second iteration are seen too. If a condition is
unknown, both branches are followed. Events record what happened, with their loops.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from clsf.reader import values as v
from clsf.reader.expressions import Expressions
from clsf.reader.nets import channels_of
from clsf.reader.text import Patience
from clsf.reader.values import UNKNOWN, Array, Class, Event, Instance, Loader, ProgramFunction, Ref

MAX_STEPS = 60_000
MAX_DEPTH = 28
MAX_SECONDS = 0.7
MAX_TURNS = 130
MAX_SPARE = 0.4  # seconds, for evaluations after the program was followed


class EnoughError(Exception):
    """A limit is reached; what was found until here is kept."""


class _ReturnError(Exception):
    def __init__(self, value: object) -> None:
        self.value = value


class _BreakError(Exception):
    pass


class _ContinueError(Exception):
    pass


class Scope:
    """Names of one function or of the module."""

    def __init__(self, parent: Scope | None = None, name: str = "") -> None:
        self.names: dict[str, object] = {}
        self.lines: dict[str, int] = {}
        self.parent, self.name = parent, name
        self.globals: set[str] = set()

    def find(self, name: str) -> tuple[object, int] | None:
        scope = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name], scope.lines.get(name, 0)
            scope = scope.parent
        return None

    def root(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def put(self, name: str, value: object, line: int) -> None:
        scope = self.root() if name in self.globals else self
        scope.names[name] = value
        scope.lines[name] = line


class Machine(Expressions):
    """Follows one program; `events`, `nets` and `unclear` are the result."""

    MAX_IDLE = 400  # steps in a loop that builds no layers: drawing, plotting, reading files

    def __init__(self, tree: ast.Module, notebook: bool = False) -> None:
        self.tree = tree
        self.scope = Scope()
        self.module = self.scope
        self.events: list[Event] = []
        self.nets: list[v.Net] = []
        self.unclear: dict[int, str] = {}
        self.assumed_imports: dict[str, int] = {}
        self.undefined: dict[str, int] = {}
        self.functions: list[ProgramFunction] = []
        self.classes: list[Class] = []
        self.loops: tuple = ()
        self.no_grad = 0
        self.steps = 0
        self.depth = 0
        self.doubt = 0  # inside a branch that may not be taken
        self.patience = Patience(MAX_SECONDS)
        self.full = False
        self.imports: set[str] = set()
        self.stars = False
        self.loop_sizes: dict[int, int] = {}
        self.function_names: list[str] = []
        self.tapes = 0
        self.current: list[ProgramFunction] = []
        self.returns: list[list] = []
        self.misfits: list = []
        self.made_tensors: list = []
        self.data_format = "channels_last"
        self.channels = channels_of(tree)
        self.spare = Patience(MAX_SPARE)
        self.built = 0  # layers and models made so far
        self.turned = 0  # line of an input whose channels stand first and are read as last

    # -- running

    def run(self) -> None:
        """Follow the module, then functions that are never called."""
        try:
            self.block(self.tree.body)
            self._rest()
        except (EnoughError, RecursionError):
            self.full = True
        except (_ReturnError, _BreakError, _ContinueError):
            pass

    def _rest(self) -> None:
        """Follow what the file defines but never calls: its caller may not have been pasted."""
        has_model = any(n.items or n.outputs or n.instance for n in self.nets)
        for cls in list(self.classes):
            if not cls.made and self.is_module(cls) and not self._is_base(cls):
                self.quietly(self.instantiate, cls, [], {}, cls.node)
        trained = any(e.kind in ("backward", "fit", "apply") for e in self.events)
        for cls in list(self.classes):
            if not trained and not cls.made and not self.is_module(cls) and "torch.utils.data.Dataset" not in cls.ancestors():
                self.quietly(self.instantiate, cls, [], {}, cls.node)
        for function in list(self.functions):
            if function.calls or function.owner is not None or function.scope is not self.module:
                continue
            if trained and has_model and not _trains(function.node):
                continue
            self.quietly(self.call_function, function, [], self._likely(function.node), function.node)
        for net in list(self.nets):
            if net.instance is not None and net.instance.cls.find("training_step") and not self._has_trained():
                self.quietly(self.lightning, v.Made("lightning.Trainer", [], {}, net.line), [net], {}, net.instance.cls.node)
        if not self._has_trained():
            for cls in list(self.classes):
                for name, member in list(cls.members.items()):
                    if isinstance(member, ProgramFunction) and not member.calls and _trains(member.node) and name != "__init__":
                        made = self.quietly(self.instantiate, cls, [], {}, cls.node)
                        if isinstance(made, Instance | v.Net):
                            instance = made.instance if isinstance(made, v.Net) else made
                            bound = ProgramFunction(member.node, member.scope, member.name, instance, cls, member.decorators)
                            self.quietly(self.call_function, bound, [], {}, member.node)

    def _has_trained(self) -> bool:
        return any(e.kind in ("backward", "fit", "apply", "loss") for e in self.events)

    def _likely(self, node: ast.FunctionDef) -> dict:
        """Return the most likely arguments of a never called function: the program's only model, optimizer, loss and loader."""
        values = [*self.module.names.values(), *reversed(self.nets)]
        kinds = {
            "model": (("model", "net", "network", "cnn"), [x for x in values if isinstance(x, v.Net)]),
            "optimizer": (("optimizer", "optim", "opt"), [x for x in values if _made(x, "torch.optim.", "keras.optimizers.")]),
            "loss": (
                ("criterion", "loss_fn", "loss_func", "loss_function", "loss"),
                [x for x in values if _made(x, "torch.nn.", "keras.losses.") and x.name.endswith(("Loss", "entropy"))],
            ),
            "loader": (
                ("loader", "train_loader", "trainloader", "dataloader", "train_dataloader", "data_loader", "train_dl"),
                [x for x in values if isinstance(x, Loader)],
            ),
        }
        kinds["search"] = (("hp", "trial"), [v.Made("search", [], {}, node.lineno)])  # of Keras Tuner or Optuna
        return {
            arg.arg: known[0] for arg in node.args.args for names, known in kinds.values() if known and arg.arg.lower() in names
        }

    def _is_base(self, cls: Class) -> bool:
        return any(cls in other.bases for other in self.classes)

    def quietly(self, call, *args) -> object:
        """Call a function whose failure means nothing for the program."""
        try:
            return call(*args)
        except (EnoughError, RecursionError):
            raise
        except (_ReturnError, _BreakError, _ContinueError):
            return UNKNOWN

    def aside(self, call, *args, scope: Scope | None = None) -> object:
        """Evaluate something with the module's names, without recording events, and within `MAX_SPARE` seconds in all."""
        if self.spare.go_on().over():
            return UNKNOWN
        kept, before, loops, patience = len(self.events), self.scope, self.loops, self.patience
        self.scope, self.loops, self.steps = scope or self.module, (), min(self.steps, MAX_STEPS // 2)
        self.patience = self.spare
        try:
            return self.quietly(call, *args)
        except Exception:
            return UNKNOWN
        finally:
            self.spare.over()
            self.scope, self.loops, self.patience = before, loops, patience.go_on()
            del self.events[kept:]

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS or (self.steps % 64 == 0 and self.patience.over()):
            raise EnoughError

    def event(self, kind: str, line: int, **data: object) -> Event:
        happened = Event(kind, line, data, self.loops, self.no_grad > 0, self.function_names[-1] if self.function_names else "")
        if len(self.events) < 5000:
            self.events.append(happened)
        return happened

    def not_clear(self, line: int, what: str) -> None:
        if len(self.unclear) < 200:
            self.unclear.setdefault(line, what)

    # -- statements

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.step()
            method = getattr(self, f"do_{type(node).__name__.lower()}", None)
            if method is None:
                continue
            try:
                method(node)
            except (EnoughError, _ReturnError, _BreakError, _ContinueError):
                raise
            except RecursionError:
                raise EnoughError from None
            except Exception:
                self.not_clear(
                    node.lineno, ast.unparse(node).split("\n")[0][:60] if not hasattr(node, "body") else type(node).__name__
                )

    def do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            path = self.path(alias.name)
            self.imports.add(alias.name)
            if alias.asname:
                self.scope.put(alias.asname, Ref(path), node.lineno)
            else:
                first = alias.name.partition(".")[0]
                self.scope.put(first, Ref(first), node.lineno)

    def do_importfrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self.imports.add(module)
        for alias in node.names:
            if alias.name == "*":
                self.stars = True
                self.star(module, node.lineno)
            else:
                self.scope.put(alias.asname or alias.name, Ref(self.path(f"{module}.{alias.name}")), node.lineno)

    def do_functiondef(self, node: ast.FunctionDef) -> None:
        decorators = tuple(self.decorator(d) for d in node.decorator_list)
        function = ProgramFunction(node, self.scope, node.name, decorators=decorators)
        self.functions.append(function)
        self.scope.put(node.name, function, node.lineno)

    do_asyncfunctiondef = do_functiondef

    def decorator(self, node: ast.expr) -> str:
        node = node.func if isinstance(node, ast.Call) else node
        value = self.eval(node)
        return value.path if isinstance(value, Ref) else ast.unparse(node)[:40]

    def do_classdef(self, node: ast.ClassDef) -> None:
        bases = [self.eval(base) for base in node.bases]
        cls = Class(node.name, node, bases, self.scope)
        self.classes.append(cls)
        self.scope.put(node.name, cls, node.lineno)
        inner = Scope(self.scope, node.name)
        before, self.scope = self.scope, inner
        try:
            for item in node.body:
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                    cls.members[item.name] = ProgramFunction(
                        item, before, item.name, owner=cls, decorators=tuple(self.decorator(d) for d in item.decorator_list)
                    )
                    inner.names[item.name] = cls.members[item.name]
                else:
                    self.block([item])
        finally:
            self.scope = before
        for name, value in inner.names.items():
            cls.members.setdefault(name, value)
            cls.lines[name] = inner.lines.get(name, node.lineno)

    def do_expr(self, node: ast.Expr) -> None:
        self.eval(node.value)

    def do_assign(self, node: ast.Assign) -> None:
        value = self.eval(node.value)
        for target in node.targets:
            self.assign(target, value, node)

    def do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.eval(node.value), node)

    def do_augassign(self, node: ast.AugAssign) -> None:
        before = self.eval(_loaded(node.target))
        added = self.eval(node.value)
        name = ast.unparse(node.target)[:60]
        origin = self.scope.find(node.target.id) if isinstance(node.target, ast.Name) else None
        self.event("accumulate", node.lineno, name=name, value=added, before=before, source=node.value, scope=id(self.scope), op=type(node.op),
                   start=origin[1] if origin else 0)  # fmt: skip
        value = self.binary(type(node.op), before, added, node)
        if value is UNKNOWN and isinstance(added, v.LossValue) and not added.plain:
            value = added
        self.assign(node.target, value, node, keep_line=isinstance(value, v.Unknown) or v.LossValue is type(value))

    def assign(self, target: ast.expr, value: object, node: ast.stmt, keep_line: bool = False) -> None:
        match target:
            case ast.Name():
                if not keep_line and isinstance(value, int | float) and not isinstance(value, bool):
                    self.event("assign", node.lineno, name=target.id, value=value, scope=id(self.scope))
                line = self.scope.lines.get(target.id, node.lineno) if keep_line else self.line_for(node, value)
                if self.doubt and (value is UNKNOWN or value is None):
                    known = self.scope.find(target.id)
                    if known and known[0] is not UNKNOWN and known[0] is not None:
                        return
                self.scope.put(target.id, value, line)
            case ast.Tuple() | ast.List():
                self.unpack(target.elts, value, node)
            case ast.Starred():
                self.assign(target.value, value, node)
            case ast.Attribute():
                self.set_attribute(self.eval(target.value), target.attr, value, node)
            case ast.Subscript():
                self.set_item(target, value, node)

    def line_for(self, node: ast.stmt, value: object) -> int:
        """Return where a value was written: for `lr = args.lr`, where `args.lr` was."""
        source = getattr(node, "value", None)
        if isinstance(source, ast.Name):
            named = self.scope.find(source.id)
            if named and named[1]:
                return named[1]
        if isinstance(source, ast.Attribute):
            named = self.attribute_line(source)
            if named:
                return named
        return node.lineno

    def unpack(self, targets: list[ast.expr], value: object, node: ast.stmt) -> None:
        if (
            isinstance(value, list | tuple)
            and len(value) == len(targets)
            and not any(isinstance(t, ast.Starred) for t in targets)
        ):
            pairs = list(zip(targets, value, strict=True))
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(targets):
                for (target, item), source in zip(pairs, node.value.elts, strict=True):
                    self.assign(target, item, ast.Assign(targets=[target], value=source, lineno=source.lineno))
                return
            for target, item in pairs:
                self.assign(target, item, node)
        else:
            parts = self.parts(value, len(targets))
            for target, item in zip(targets, parts, strict=False):
                self.assign(target, item, node)

    def do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.eval(target.value)

    def do_global(self, node: ast.Global) -> None:
        self.scope.globals.update(node.names)

    def do_return(self, node: ast.Return) -> None:
        value = self.eval(node.value) if node.value else None
        raise _ReturnError(value)

    def do_break(self, node: ast.Break) -> None:
        if not self.doubt:
            raise _BreakError

    def do_continue(self, node: ast.Continue) -> None:
        if not self.doubt:
            raise _ContinueError

    def do_raise(self, node: ast.Raise) -> None:
        if not self.doubt:
            raise _ReturnError(UNKNOWN) if self.depth else _BreakError

    def do_assert(self, node: ast.Assert) -> None:
        self.eval(node.test)

    def do_if(self, node: ast.If) -> None:
        test = self.truth(self.eval(node.test))
        if test is True:
            self.block(node.body)
        elif test is False:
            self.block(node.orelse)
        else:
            self.maybe([node.body, node.orelse])

    def maybe(self, bodies: list[list[ast.stmt]]) -> None:
        """Follow branches that may or may not be taken, one after the other."""
        possible = None
        self.doubt += 1
        try:
            for body in bodies:
                try:
                    self.block(body)
                except _ReturnError as failure:
                    if len(bodies) == 2 and all(_ends(b) for b in bodies) and body is bodies[1]:
                        raise possible if possible is not None and failure.value in (None, UNKNOWN) else failure from None
                    possible = failure if possible is None or possible.value in (None, UNKNOWN) else possible
                except (_BreakError, _ContinueError):
                    pass
        finally:
            self.doubt -= 1
        if possible is not None:
            self.returns[-1].append(possible.value) if self.returns else None

    def do_match(self, node: ast.Match) -> None:
        self.maybe([case.body for case in node.cases])

    def do_try(self, node: ast.Try) -> None:
        self.block(node.body)
        self.block(node.orelse)
        self.block(node.finalbody)

    do_trystar = do_try

    def do_with(self, node: ast.With) -> None:
        grads = tapes = 0
        for item in node.items:
            value = self.eval(item.context_expr)
            path = value.path if isinstance(value, v.Made | Ref) else ""
            if path in ("torch.no_grad", "torch.inference_mode"):
                grads += 1
            if path == "torch.set_grad_enabled" and isinstance(value, v.Made) and value.get("mode", 0) is False:
                grads += 1
            if path == "tensorflow.GradientTape":
                tapes += 1
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, node)
        self.no_grad += grads
        self.tapes += tapes
        try:
            self.block(node.body)
        finally:
            self.no_grad -= grads
            self.tapes -= tapes

    do_asyncwith = do_with

    def do_while(self, node: ast.While) -> None:
        test = self.truth(self.eval(node.test))
        if test is False:
            return
        self.loop(node, "while", [None] * (2 if test is None else MAX_TURNS), lambda _: True, again=node.test)

    def do_for(self, node: ast.For) -> None:
        value = self.eval(node.iter)
        kind, items = self.items(value)
        if isinstance(value, range | list):
            self.loop_sizes[node.lineno] = len(value)
        source = value
        while isinstance(source, v.Made) and source.path in ("enumerate", "zip") and source.args:
            source = source.args[0]
        self.loop(node, kind, items, lambda item: self.assign(node.target, item, node), source=source)
        self.block(node.orelse)

    do_asyncfor = do_for

    def items(self, value: object) -> tuple[str, Iterable]:
        """Return the kind of loop over a value, and the value of each iteration."""
        if isinstance(value, range):
            return "range", value[:MAX_TURNS]
        if isinstance(value, list | tuple | set):
            return "list", list(value)[:MAX_TURNS]
        if isinstance(value, dict):
            return "list", list(value)[:MAX_TURNS]
        if isinstance(value, str):
            return "list", list(value)[:MAX_TURNS]
        if isinstance(value, Loader):
            return "loader", [self.batch_of(value)] * 2
        if isinstance(value, v.Made) and value.path == "enumerate":
            kind, items = self.items(value.args[0] if value.args else UNKNOWN)
            start = value.get("start", 1, 0)
            start = start if isinstance(start, int) else 0
            if kind in ("loader", "array", "other"):
                return kind, [(UNKNOWN, item) for item in items]
            return kind, [(n + start, item) for n, item in enumerate(items)]
        if isinstance(value, v.Made) and value.path == "zip":
            kinds = [self.items(a) for a in value.args]
            if kinds and all(k == "list" or k == "range" for k, _ in kinds):
                return "list", list(zip(*(list(i) for _, i in kinds), strict=False))[:MAX_TURNS]
            return "other", [tuple(next(iter(i), UNKNOWN) for _, i in kinds)] * 2
        if isinstance(value, Array):
            return "array", [self.element(value)] * 2
        if isinstance(value, v.Net) or (isinstance(value, v.Made) and self.children(value)):
            return "list", self.children(value)
        return "other", [UNKNOWN] * 2

    def loop(
        self, node: ast.stmt, kind: str, items: Iterable, bind, source: object = None, again: ast.expr | None = None
    ) -> None:
        identity = (node.lineno, node.col_offset)
        before = self.loops
        began, built = self.steps, self.built
        for turn, item in enumerate(items):
            seen = len(self.events)
            self.loops = (*before, (identity, kind, turn, source if isinstance(source, Loader) else None))
            try:
                bind(item)
                self.block(node.body)
            except _BreakError:
                break
            except _ContinueError:
                pass
            finally:
                self.loops = before
            if again is not None and self.truth(self.eval(again)) is not True and turn >= 1:
                break
            if turn >= 2 and self.built == built and self.steps - began > self.MAX_IDLE:
                break
            if turn >= 1 and any(e.kind in _TRAINING for e in self.events[seen:]):
                break

    # -- functions

    def call_function(
        self, function: ProgramFunction, args: list, kwargs: dict, node: ast.AST, lines: dict | None = None
    ) -> object:
        """Follow a function of the program and return what it returns."""
        if self.depth >= MAX_DEPTH or sum(f.node is function.node for f in self.current) > 3:
            return UNKNOWN
        function.calls += 1
        if function.owner is not None and isinstance(function.owner, Class):
            original = function.owner.members.get(function.name)
            if isinstance(original, ProgramFunction) and original is not function:
                original.calls += 1
        for other in self.functions:
            if other.node is function.node and other is not function:
                other.calls += 1
        scope = Scope(function.scope, function.name)
        self.bind(function, scope, args, kwargs, lines or {})
        before, self.scope = self.scope, scope
        self.depth += 1
        quiet = any(d in ("torch.no_grad", "torch.inference_mode") for d in function.decorators)
        self.no_grad += quiet
        self.returns.append([])
        doubt, self.doubt = self.doubt, 0
        self.current.append(function)
        self.function_names.append(function.name)
        try:
            if isinstance(function.node, ast.Lambda):
                return self.eval(function.node.body)
            if _yields(function.node):
                self.quietly(self.block, function.node.body)
                return UNKNOWN
            self.block(function.node.body)
            possible = [value for value in self.returns[-1] if value is not None and value is not UNKNOWN]
            return possible[0] if possible else None
        except _ReturnError as returned:
            possible = [value for value in self.returns[-1] if value is not None and value is not UNKNOWN]
            return possible[0] if possible and returned.value in (None, UNKNOWN) else returned.value
        except (_BreakError, _ContinueError):
            return UNKNOWN
        finally:
            self.scope, self.doubt = before, doubt
            self.depth -= 1
            self.no_grad -= quiet
            self.returns.pop()
            self.current.pop()
            self.function_names.pop()

    def bind(self, function: ProgramFunction, scope: Scope, args: list, kwargs: dict, lines: dict) -> None:
        given = function.node.args
        names = [a.arg for a in (*given.posonlyargs, *given.args)]
        static = "staticmethod" in function.decorators
        if function.bound is not None and not static:
            args = [function.bound, *args]
            lines = {(k + 1 if isinstance(k, int) else k): n for k, n in lines.items()}
        line = getattr(function.node, "lineno", 0)
        defaults = dict(zip(names[len(names) - len(given.defaults) :], given.defaults, strict=False))
        defaults |= {a.arg: d for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=False) if d is not None}
        for position, name in enumerate(names):
            if position < len(args):
                scope.put(name, args[position], lines.get(position, line))
        for name in [*names[len(args) :], *(a.arg for a in given.kwonlyargs)]:
            if name in kwargs:
                scope.put(name, kwargs[name], lines.get(name, line))
            elif name in defaults:
                before, self.scope = self.scope, function.scope
                try:
                    scope.put(name, self.eval(defaults[name]), defaults[name].lineno)
                finally:
                    self.scope = before
            else:
                scope.put(name, UNKNOWN, line)
        if given.vararg:
            scope.put(given.vararg.arg, tuple(args[len(names) :]), line)
        if given.kwarg:
            scope.put(given.kwarg.arg, {k: x for k, x in kwargs.items() if k not in names}, line)


def _made(value: object, *prefixes: str) -> bool:
    return isinstance(value, v.Made) and value.path.startswith(prefixes)


_TRAINING = {"backward", "fit", "apply", "optimizer-step", "loss", "zero-grad", "forward", "evaluate", "train-batch"}


def _loaded(target: ast.expr) -> ast.expr:
    """Return the target of `x += 1` as an expression to read."""
    match target:
        case ast.Name():
            return ast.copy_location(ast.Name(target.id, ast.Load()), target)
        case ast.Attribute():
            return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
        case ast.Subscript():
            return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    return target


def _ends(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise)


def _yields(node: ast.AST) -> bool:
    return any(isinstance(x, ast.Yield | ast.YieldFrom) for x in ast.walk(node))


def _trains(node: ast.AST) -> bool:
    names = {x.attr for x in ast.walk(node) if isinstance(x, ast.Attribute)}
    return bool(
        names
        & {
            "backward",
            "fit",
            "fit_generator",
            "compile",
            "zero_grad",
            "apply_gradients",
            "train_on_batch",
            "Sequential",
            "Model",
        }
    ) or any(isinstance(x, ast.Name) and x.id in ("Sequential", "Model", "GradientTape") for x in ast.walk(node))
