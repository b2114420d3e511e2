"""A density and its three partials for each row of a table, by Polars and JAX.

python columns_polars_jax.py ROWS.csv|ROWS.parquet -o RESULTS.csv|RESULTS.parquet
"""

import sys

import jax
import jax.numpy as jnp
import polars

jax.config.update("jax_enable_x64", True)


def density(x, m, s):
    return jnp.exp(-(((x - m) / s) ** 2) / 2) / (s * jnp.sqrt(2 * jnp.pi))


feed, results = sys.argv[1], sys.argv[3]
rows = polars.read_csv(feed) if feed.endswith(".csv") else polars.read_parquet(feed)
run = jax.jit(jax.vmap(jax.value_and_grad(density, argnums=(0, 1, 2))))
value, gradient = run(*[rows[name].to_numpy() for name in ("x", "m", "s")])
columns = dict(zip(("y", "grad_x", "grad_m", "grad_s"), map(jax.device_get, (value, *gradient)), strict=True))
table = polars.DataFrame({"row": range(1, len(rows) + 1), **columns})
table.write_csv(results) if results.endswith(".csv") else table.write_parquet(results)
