import tensorflow.compat.v1 as tf

tf.disable_eager_execution()

w = tf.Variable([1.])
x = tf.placeholder(tf.float32, shape=[1])

a = tf.add(w, x)
b = tf.add(w, 1)
y = tf.multiply(a, b)
print(y)

grads = tf.gradients(y, [w])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(grads, feed_dict={x: [2.]}))
    print(sess.run(grads, feed_dict={x: [3.]}))
