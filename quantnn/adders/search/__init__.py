"""What looks for shared sums, compiled: numba takes the types from the calls.

Its cache sees changes of a function's own file only: after changing one, delete ``__pycache__/*.nb*`` here.
"""
