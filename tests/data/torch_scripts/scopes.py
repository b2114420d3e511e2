x = 1


def f():
    x += 1


def g():
    print(x)
    x = 2


def h():
    def inner():
        return y

    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)
    y = 3
    print(inner(), [x for x in range(3)], x)


def k():
    global x
    x += 1


def m():
    del x
    x = 3


for function in (f, g, m):
    try:
        function()
    except UnboundLocalError as error:
        print(type(error).__name__, error)
try:
    f()
except NameError as error:
    print(error)
h()
k()
print(x)
