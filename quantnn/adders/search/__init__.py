"""What looks for shared sums, compiled: numba takes the types from the calls."""
