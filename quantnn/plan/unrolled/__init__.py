"""A run of unrolled layers: operations with exact ranges, their schedule into stages, and what they cost."""
