"""The Predict page, section by section: try a trained model, measure it, look inside, take it home, report on it."""
