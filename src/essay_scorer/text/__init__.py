"""From a string to model inputs: normalization, sentences, words, features, n-grams, tokens."""
