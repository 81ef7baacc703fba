"""Networks of 1-bit inputs on a processor, 64 samples a word: what bits can do there, too."""
