"""Using a trained model: predicting, evaluating on the test set, and inspecting. No framework and no page here."""
