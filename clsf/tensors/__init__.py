"""The tensor playground without a framework: what a student may type, the programs there are, and how they are run and shown."""
