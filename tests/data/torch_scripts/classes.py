import math
class Value:
    """stores a scalar"""
    count = 0
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = _children
        self._op = _op
        Value.count += 1
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    __radd__ = __add__
    def __rmul__(self, other):
        return self * other
    def __repr__(self):
        return f"Value(data={self.data})"
    @property
    def double(self):
        return self.data * 2
    @staticmethod
    def zero():
        return Value(0.0)
    @classmethod
    def one(cls):
        return cls(1.0)
class Sub(Value):
    def __init__(self, data, extra):
        super().__init__(data)
        self.extra = extra
    def hello(self, n=2):
        return [self.extra] * n
a = Value(2.0); b = Value(-3.0)
c = 2 * (a * b + 1)
print(c, c.double, Value.zero(), Value.one(), Value.count)
c.grad = 1.0
c._backward()
s = Sub(1.0, 'x')
print(s.hello(n=3), isinstance(s, Value), type(s).__name__, s.__class__)
try:
    s.nope
except AttributeError as e:
    print(e)
try:
    Sub(1)
except TypeError as e:
    print(e)
print(Value)
