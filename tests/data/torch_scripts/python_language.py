s = {3, 1, 2, 3}
print(len(s), 2 in s, sorted(s), {x % 2 for x in range(5)}, set(), s | {9}, s & {1, 7}, s - {1})
t = set(); t.add((1, 2)); t.add('a'); t.discard('zz'); print(len(t), t == {(1, 2), 'a'})
def f(a, *rest, b=1, **more):
    return a, rest, b, more
print(f(1, 2, b=3, c=4, d=5), f(*[1, 2], **{'b': 7, 'z': 0}))
d = dict(a=1)
try:
    f(1, **d)
except TypeError as e:
    print(e)
def g(n):
    for i in range(3):
        try:
            if i == n:
                return i
            if i == 1:
                continue
            print('body', i)
        except ValueError:
            print('never')
        finally:
            print('finally', i)
    return 'end'
print(g(2), g(7))
try:
    try:
        raise ValueError('x')
    finally:
        x = 5
        print('cleanup')
except ValueError as e:
    print('caught', e, x)
try:
    print('ok')
except KeyError:
    pass
else:
    print('else')
finally:
    print('last')
print(3 ^ 1)
try:
    {[1]}
except TypeError as e:
    print(e)
for v in sorted(set('hello')): print(v, end=' ')
print()
