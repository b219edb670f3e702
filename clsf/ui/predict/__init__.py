"""The Predict page, section by section: try a trained model, evaluate it, look inside, download it, report on it."""
