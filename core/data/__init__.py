"""Pictures to learn from: sources, procedural worlds, decoding and batch augmentation."""
