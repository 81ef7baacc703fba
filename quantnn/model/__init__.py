"""The float network that was trained, what its user says of its inputs, and the samples that come with it."""
